from django.urls import path

from shucheng.kernel.reminders import views

app_name = "reminders"
urlpatterns = [
    path("reminders/", views.own, name="own"),
    path("reminders/read/", views.read_all, name="read_all"),
    path("reminders/preferences/", views.choose, name="choose"),
    path("reminders/deliveries/", views.deliveries, name="deliveries"),
    path("reminders/deliveries/<int:reminder_id>/", views.reminder, name="reminder"),
    path("reminders/rules/", views.rules, name="rules"),
    path("reminders/robots/", views.robots, name="robots"),
    path("reminders/robots/new/", views.robot_new, name="robot_new"),
    path("reminders/robots/<int:robot_id>/", views.robot, name="robot"),
    path("reminders/robots/<int:robot_id>/try/", views.robot_try, name="robot_try"),
    path("reminders/<int:sending_id>/read/", views.read, name="read"),
]
