"""Who may do what here."""

from shucheng.kernel.public import Permission

PERMISSIONS: tuple[Permission, ...] = ()
