"""What all drawings of a trace ask of its story."""

from paxiom.model_check.story import End, Message, Story


def lanes(told: Story) -> tuple[str, ...]:
    """Name every node that has a place in a drawing, those of the protocol first."""
    acting = (moment.node for moment in told.moments)
    sending = (each for message in told.messages for each in (message.source, message.to))
    return tuple(dict.fromkeys([*told.nodes, *acting, *sending]))


def arrivals(told: Story) -> dict[int, tuple[Message, End]]:
    """Find the message that arrives or is lost, by the step at which it is."""
    return {end.step: (message, end) for message in told.messages for end in message.ends}
