"""In which order a technosphere is solved.

Most processes are in no loop: what only supplies comes before the core (the largest strongly
connected component), what only uses it comes after, and both are triangular but for small loops.
Only the core needs work. Duff and Reid 1978, ACM TOMS 4(2): block triangular form.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Order:
    """`places`: processes in the order of solving, suppliers first; those from `first` to before
    `last` are the core."""

    places: Ints
    first: int
    last: int


def order_of(technosphere: csc_array) -> Order:
    """The order of a matrix n x n, of its pattern alone: matrices of one pattern share it."""
    entries = technosphere.tocoo()
    count, labels = connected_components(technosphere, directed=True, connection="strong")
    labels = labels.astype(np.int64)
    rows, columns = (labels[axis] for axis in entries.coords)
    if np.all(rows >= columns):
        ranks = count - 1 - np.arange(count)
    elif np.all(rows <= columns):
        ranks = np.arange(count)
    else:  # scipy promises no order of its labels
        ranks = _ranks(rows, columns, count)
    sizes = np.bincount(labels, minlength=count)
    core = int(sizes.argmax())
    # In the core hubs come first: as rows of many entries they then fill in nothing.
    users = np.bincount(entries.coords[0], minlength=labels.size)
    places = np.lexsort((-users, ranks[labels])).astype(np.int64)
    first = int(np.count_nonzero(ranks[labels] < ranks[core]))
    return Order(places, first, first + int(sizes[core]))


def _ranks(suppliers: Ints, users: Ints, count: int) -> Ints:
    """The rank of each component, suppliers first (Kahn 1962, CACM 5(11))."""
    apart = suppliers != users
    graph = coo_array(
        (np.ones(apart.sum()), (suppliers[apart], users[apart])), shape=(count, count)
    ).tocsr()
    graph.sum_duplicates()
    waiting = np.bincount(graph.indices, minlength=count)
    ready = deque(np.flatnonzero(waiting == 0).tolist())
    ranks = np.zeros(count, np.int64)
    for rank in range(count):
        component = ready.popleft()
        ranks[component] = rank
        for user in graph.indices[graph.indptr[component] : graph.indptr[component + 1]]:
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(int(user))
    return ranks
