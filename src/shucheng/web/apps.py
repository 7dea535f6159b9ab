from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "shucheng.web"
    label = "web"
