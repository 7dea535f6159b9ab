"""Files of firms as an office would send them, for tests that import them."""

from shucheng.bays.statistics.actions.importing import confirm_columns, receive_file, take_import
from shucheng.bays.statistics.models import Batch
from shucheng.bays.statistics.tests.city import OFFICE
from shucheng.kernel.public import run_pending_jobs
from shucheng.lib.credit_code import check_character

HEAD = "统一社会信用代码,企业名称,行业代码,所属区县,企业规模,是否规上,高新技术企业"


def valid(number: int) -> str:
    body = f"91000000{number:09}"
    return body + check_character(body)


def register(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows]).encode()


FILE = register(
    f"{valid(1)},甲电子有限公司,3982,东区,大型,是,2024-11-01",
    f"{valid(2)},=乙软件有限公司,6513,西区,小型,否,",
    f"{valid(3)[:-1]}?,丙有限公司,3982,东区,小型,否,",
    f"{valid(4)},丁有限公司,39,东区,小型,否,",
)


def received(data: bytes = FILE, kind: str = "register", month: str = "2026-01") -> Batch:
    return receive_file(kind, "firms.csv", data, month=month, actor=OFFICE)


def read(data: bytes = FILE, kind: str = "register", month: str = "2026-01") -> Batch:
    batch = received(data, kind, month)
    batch.refresh_from_db()
    confirm_columns(batch.pk, batch.revision, batch.report["columns"], month=month, actor=OFFICE)
    batch.refresh_from_db()
    return batch


def imported(data: bytes = FILE, kind: str = "register", month: str = "2026-01") -> Batch:
    batch = read(data, kind, month)
    take_import(batch.pk, batch.revision, actor=OFFICE)
    run_pending_jobs()
    batch.refresh_from_db()
    return batch
