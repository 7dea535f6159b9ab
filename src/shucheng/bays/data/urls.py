from django.urls import path

from shucheng.bays.data.views import delivering, downloads, evidence, home

app_name = "data"
_DELIVERY = "data-elements/delivery/<str:code>/"
_LEAF = "data-elements/evidence/leaves/<int:number>/"

urlpatterns = [
    path("data-elements/", home.home, name="home"),
    # Delivery
    path("data-elements/delivery/", delivering.deliveries, name="deliveries"),
    path(_DELIVERY, delivering.delivery, name="delivery"),
    path(f"{_DELIVERY}token/", delivering.token, name="delivery_token"),
    path(f"{_DELIVERY}tokens/<str:token_code>/", delivering.untoken, name="delivery_untoken"),
    path(f"{_DELIVERY}stop/", delivering.stop, name="delivery_stop"),
    path(f"{_DELIVERY}download/", downloads.download, name="delivery_download"),
    path(f"{_DELIVERY}mark/", downloads.mark, name="delivery_mark"),
    path("data-elements/calls/", delivering.calls, name="calls"),
    path("data-elements/calls/calls.csv", delivering.calls_file, name="calls_file"),
    # Evidence
    path("data-elements/evidence/", evidence.evidence, name="evidence"),
    path("data-elements/evidence/check/", evidence.check, name="evidence_check"),
    path("data-elements/evidence/verify.py", evidence.verifier, name="evidence_verifier"),
    path("data-elements/evidence/public-key.txt", evidence.public_key, name="evidence_key"),
    path(_LEAF, evidence.leaf, name="evidence_leaf"),
    path(f"{_LEAF}content.json", evidence.leaf_file, name="evidence_leaf_file"),
    path(f"{_LEAF}proof.json", evidence.proof_file, name="evidence_proof"),
]
