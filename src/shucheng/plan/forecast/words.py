"""How a probability is said, on pages and in briefings alike."""


def whole_percent(probability: float) -> int:
    """In whole percent; 0 says less than one in a hundred, 100 more than 99: nothing that is to
    come is certain."""
    if probability < 0.01:
        return 0
    return 100 if probability > 0.99 else round(probability * 100)


def percent_said(percent: int, below: str = "<", above: str = ">") -> str:
    """What `whole_percent` found, in words: <1%, 43%, >99%."""
    if percent < 1:
        return f"{below}1%"
    return f"{above}99%" if percent > 99 else f"{percent}%"
