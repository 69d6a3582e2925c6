"""Holding a protocol to the rules: pure handlers, immutable values, effects that mean something."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from paxiom.impl.protocol import Effect, Send, Step
from paxiom.model_check.model import Model, ModelError

Answer = TypeVar("Answer")


def guarded(what: Callable[[], str], function: Callable[..., Answer], *arguments: Any) -> Answer:  # noqa: ANN401
    """Call a part of the model that is not a handler and must not raise."""
    try:
        return function(*arguments)
    except ModelError:
        raise
    except Exception as error:
        msg = f"{what()} raised {type(error).__name__}: {error}"
        raise ModelError(msg) from error


def twice(where: Callable[[], str], handler: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Call ``handler`` twice; a handler that answers differently is not a function."""
    first, second = handler(), handler()
    if first != second:
        msg = (
            f"{where()}: the same input gave two outputs. Handlers must be pure functions of their "
            f"arguments, and states must compare by value (frozen dataclasses).\n"
            f"  first:  {first!r}\n  second: {second!r}"
        )
        raise ModelError(msg)
    return first


def check_step(model: Model, where: Callable[[], str], step: object) -> None:
    """Refuse what is not a step: wrong types, unknown nodes, values that are not immutable."""
    if not isinstance(step, Step):
        msg = f"{where()}: must return a Step or None, not {step!r}"
        raise ModelError(msg)
    if not isinstance(step.effects, tuple):
        msg = f"{where()}: the effects of a step must be a tuple, not {step.effects!r}"
        raise ModelError(msg)
    require_value(lambda: f"{where()}: the new state", step.state)
    for effect in step.effects:
        if not isinstance(effect, Effect):
            msg = f"{where()}: {effect!r} is not an Effect: use Send, Persist, Decide or your own"
            raise ModelError(msg)
        require_value(lambda: f"{where()}: the effect", effect)
        if isinstance(effect, Send) and effect.to not in model.nodes:
            known = ", ".join(model.nodes)
            msg = f"{where()}: sends {effect.message!r} to {effect.to!r}, which is none of {known}"
            raise ModelError(msg)


def require_value(what: Callable[[], str], value: object) -> None:
    """Refuse anything that cannot be a dictionary key, or equals nothing but itself."""
    if type(value).__eq__ is object.__eq__ and value is not None and not isinstance(value, Enum):
        msg = f"{what()} equals nothing but itself: use frozen dataclasses.\n  {value!r}"
        raise ModelError(msg)
    try:
        hash(value)
    except TypeError as error:
        msg = (
            f"{what()} is not an immutable value ({error}): use frozen dataclasses, tuples and "
            f"frozensets instead of lists, dicts and sets.\n  {value!r}"
        )
        raise ModelError(msg) from None
