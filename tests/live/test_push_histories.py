"""Random decisions, pushes, kills, lost answers and undos: each system then holds exactly one document per decision, to the cent."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from effort import DEEP

from live.business_central_stub import BusinessCentral
from live.erpnext_stub import ErpNext
from live.fxiaoke_stub import Fxiaoke
from live.kingdee_stub import KingdeeCloud
from live.odoo_stub import Odoo, Odoo17
from live.quickbooks_stub import QuickBooks
from live.stub import Trouble
from live.world import System, World
from live.xero_stub import Xero
from live.yonyou_bip_stub import YonyouBip
from live.zoho_books_stub import ZohoBooks
from live.zoho_crm_stub import ZohoCrm

SYSTEMS: dict[str, Callable[[], System]] = {
    "erpnext": ErpNext, "odoo": Odoo, "odoo-17": Odoo17, "zoho-books": ZohoBooks, "zoho-crm": ZohoCrm,
    "quickbooks-online": QuickBooks,
    "fxiaoke": Fxiaoke,
    "business-central": BusinessCentral,
    "kingdee-cloud": KingdeeCloud,
    "xero": Xero,
    "yonyou-bip": YonyouBip,
}  # fmt: skip
DECISIONS, SEEDS, EVERY = (500, 3, 5) if DEEP else (16, 1, 4)
TROUBLES = {
    Trouble.LOSE: 0.06, Trouble.LOSE_BEFORE: 0.04, Trouble.LATE: 0.03, Trouble.ERROR_DONE: 0.04, Trouble.ERROR: 0.04, Trouble.LIMIT: 0.06,
    Trouble.REJECT: 0.05, Trouble.GARBLED: 0.03,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("name", SYSTEMS)
def test_after_any_history_each_decision_stands_there_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, seed: int
) -> None:  # fmt: skip
    system = SYSTEMS[name]()
    with system.serve() as url:
        world = World(tmp_path, system, url, seed, DECISIONS, monkeypatch)
        for turn in range(DECISIONS):
            world.decide()
            if turn % EVERY == EVERY - 1:
                world.net.likely = TROUBLES
                world.net.moments, world.net.kill_at = 0, world.net.random.choice((0, 0, *range(1, 40)))
                world.push(rejected=world.random.random() < 0.3)
        world.settle()
        world.check()
        logging.getLogger(__name__).info(world.told())
