from django.urls import path

from shucheng.kernel.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/", views.jobs, name="list"),
    path("jobs/<int:job_id>/", views.job, name="job"),
    path("jobs/<int:job_id>/retry/", views.retry, name="retry"),
]
