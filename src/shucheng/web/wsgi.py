"""The door for granian: `granian --interface wsgi shucheng.web.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shucheng.web.settings")
application = get_wsgi_application()
