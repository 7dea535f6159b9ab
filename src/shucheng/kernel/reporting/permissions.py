"""Who may do what here."""

from shucheng.kernel.actor import Permission

PERMISSIONS: tuple[Permission, ...] = ()
