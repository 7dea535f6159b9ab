from django.urls import path

from shucheng.plan.supervision.views import items, meetings, moves, points

app_name = "supervision"

urlpatterns = [
    path("supervision/", items.show_board, name="board"),
    path("supervision/items.csv", moves.items_csv, name="items_csv"),
    path("supervision/new/", items.new_item, name="new"),
    path("supervision/proposals/", items.show_proposals, name="proposals"),
    path("supervision/propose/<str:code>/", items.propose, name="propose"),
    path("supervision/items/<str:number>/", items.show_item, name="item"),
    path("supervision/items/<str:number>/paper/", items.show_paper, name="paper"),
    path("supervision/items/<str:number>/change/", items.change_draft, name="change"),
    path("supervision/items/<str:number>/sub-items/", items.new_sub_items, name="sub_items"),
    path("supervision/items/<str:number>/moves/<slug:move>/", moves.move, name="move"),
    path("supervision/scores/", moves.show_scores, name="scores"),
    path("supervision/work-points/", points.show_points, name="points"),
    path("supervision/work-points/<int:point_id>/", points.show_point, name="point"),
    path("supervision/work-points/<int:point_id>/plan/", points.plan, name="plan_point"),
    path("supervision/work-points/<int:point_id>/report/", points.report, name="report_point"),
    path(
        "supervision/work-points/<int:point_id>/milestones/<int:milestone_id>/",
        points.finish,
        name="finish_milestone",
    ),
    path("supervision/meetings/", meetings.show_meetings, name="meetings"),
    path("supervision/meetings/new/", meetings.new_meeting, name="new_meeting"),
    path("supervision/meetings/<int:meeting_id>/", meetings.show_meeting, name="meeting"),
    path("supervision/meetings/<int:meeting_id>/change/", meetings.change, name="change_meeting"),
    path("supervision/meetings/<int:meeting_id>/agenda/", meetings.agenda, name="agenda"),
    path("supervision/meetings/<int:meeting_id>/decide/", meetings.decide, name="decide"),
    path("supervision/meetings/<int:meeting_id>/issue/", meetings.issue, name="issue_minutes"),
    path("supervision/meetings/<int:meeting_id>/minutes/", meetings.show_minutes, name="minutes"),
    path("supervision/decisions/<int:decision_id>/", meetings.finish, name="finish_decision"),
]
