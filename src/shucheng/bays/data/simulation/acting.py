"""Made-up people of organisations, who act in simulations through the bay's own actions."""

from shucheng.kernel.public import Actor, Organisation, Role


def acting(organisation: Organisation, role: Role = Role.LIAISON) -> Actor:
    own = frozenset({organisation.pk})
    name = f"{organisation.name}（模拟）"[:80]
    return Actor(None, name, frozenset({role}), organisation.pk, own, channel="cli")
