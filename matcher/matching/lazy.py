"""A value that is computed when it is first asked for, without the lock that `functools.cached_property` takes each time."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Lazy(Generic[T]):
    """Like `functools.cached_property`, for objects of one thread."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "Lazy[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "T | Lazy[T]":
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value


lazy = Lazy
"""As a decorator."""
