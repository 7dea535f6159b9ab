from django.urls import path

from shucheng.kernel.observations import views

app_name = "observations"
urlpatterns = [
    path("data/metrics/", views.metrics, name="metrics"),
    path("data/metrics/<str:code>/", views.metric, name="metric"),
    path("data/metrics/<str:code>/confirm/", views.confirm, name="confirm"),
    path("data/observations/<int:observation_id>/", views.observation, name="observation"),
]
