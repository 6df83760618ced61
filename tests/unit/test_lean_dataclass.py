"""A class made by ``lean_dataclass`` is as the standard library makes it; each law is asked of both."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from itertools import product
from types import ModuleType
from typing import Any, ClassVar

import pytest

from provisioner import lean_dataclass

BOTH = pytest.mark.parametrize("made_by", [dataclasses, lean_dataclass], ids=lambda module: module.__name__)


def point(made_by: ModuleType) -> Any:
    @made_by.dataclass(frozen=True, slots=True, order=True)
    class Point:
        """A place."""

        count: ClassVar[int] = 7
        x: int
        y: int = 2
        tags: Mapping[str, str] = made_by.field(default_factory=dict, compare=False, repr=False)

        def moved(self, by: int) -> Any:
            return made_by.replace(self, x=self.x + by)

    return Point


def box(made_by: ModuleType) -> Any:
    @made_by.dataclass(slots=True)
    class Box:
        held: list[int] = made_by.field(default_factory=list)
        label: str = ""

    return Box


def empty(made_by: ModuleType) -> Any:
    @made_by.dataclass(frozen=True, slots=True)
    class Empty: ...

    return Empty


@BOTH
def test_values_are_given_by_place_or_by_name_or_left_out(made_by: ModuleType) -> None:
    cls = point(made_by)
    assert [(p.x, p.y, p.tags) for p in (cls(1), cls(1, 3), cls(y=4, x=5), cls(1, tags={"a": "b"}))] == [
        (1, 2, {}), (1, 3, {}), (5, 4, {}), (1, 2, {"a": "b"}),
    ]  # fmt: skip
    assert cls(1).tags is not cls(1).tags


@BOTH
@pytest.mark.parametrize("values, named", [((), {}), ((1, 2, {}, 4), {}), ((1,), {"x": 2}), ((1,), {"z": 2})])
def test_a_wrong_call_says_what_is_wrong(made_by: ModuleType, values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) (missing|takes|got)"):
        point(made_by)(*values, **named)


@BOTH
def test_a_class_may_look_at_what_it_was_given(made_by: ModuleType) -> None:
    @made_by.dataclass(frozen=True, slots=True)
    class Even:
        number: int

        def __post_init__(self) -> None:
            if self.number % 2:
                raise ValueError(self.number)

    even: Any = Even
    assert even(2).number == 2
    with pytest.raises(ValueError, match="3"):
        even(3)


@BOTH
def test_equal_is_what_is_of_the_same_class_and_holds_the_same(made_by: ModuleType) -> None:
    cls, other = point(made_by), point(made_by)
    assert cls(1) == cls(1, 2, {"not": "compared"})
    assert cls(1) != cls(2)
    assert cls(1) != other(1)
    assert empty(made_by)() != empty(made_by)()
    cls = empty(made_by)
    assert cls() == cls()
    assert cls() != ()


@BOTH
def test_equal_ones_are_one_key(made_by: ModuleType) -> None:
    cls = point(made_by)
    assert {cls(1): "a", cls(1, 2, {"b": "c"}): "b", cls(2): "c"} == {cls(1): "b", cls(2): "c"}
    assert len({empty(made_by)(), empty(made_by)()}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(box(made_by)())


@BOTH
def test_order_is_that_of_the_fields(made_by: ModuleType) -> None:
    cls = point(made_by)
    points = [cls(x, y) for x, y in product((2, 1), (2, 1))]
    assert [(p.x, p.y) for p in sorted(points)] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert cls(1, 1) <= cls(1, 1) < cls(1, 2) and cls(2) >= cls(2) > cls(1)
    with pytest.raises(TypeError):
        assert cls(1) < point(made_by)(2)
    with pytest.raises(TypeError):
        assert box(made_by)() < box(made_by)()


@BOTH
def test_it_prints_as_it_is_made(made_by: ModuleType) -> None:
    assert repr(point(made_by)(1)).endswith("point.<locals>.Point(x=1, y=2)")
    assert repr(box(made_by)([1], "a")).endswith("Box(held=[1], label='a')")
    assert repr(empty(made_by)()).endswith("Empty()")


@BOTH
def test_what_is_frozen_stays(made_by: ModuleType) -> None:
    one = point(made_by)(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="x"):
        one.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="x"):
        del one.x
    assert one.x == 1


@BOTH
def test_what_is_not_frozen_takes_its_fields_and_no_others(made_by: ModuleType) -> None:
    one = box(made_by)()
    one.label = "new"
    assert one == box_like(one, [], "new")
    with pytest.raises(AttributeError):
        one.lable = "mistyped"
    assert not hasattr(one, "__dict__")


def box_like(one: Any, held: list[int], label: str) -> Any:
    return type(one)(held, label)


@BOTH
def test_the_class_keeps_what_it_said_itself(made_by: ModuleType) -> None:
    @made_by.dataclass(frozen=True, slots=True, repr=False)
    class Secret:
        value: str

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 5

        def __repr__(self) -> str:
            return "(secret)"

    secret: Any = Secret
    one = secret("a")
    assert (one == "b", hash(one), repr(one)) == (True, 5, "(secret)")
    cls = point(made_by)
    assert (cls.__doc__, cls.count, cls.__name__, cls.__module__) == ("A place.", 7, "Point", __name__)
    assert cls.__qualname__ == "point.<locals>.Point"
    assert cls(1).moved(2) == cls(3)


@BOTH
def test_a_class_below_has_the_fields_of_both(made_by: ModuleType) -> None:
    cls = point(made_by)

    @made_by.dataclass(frozen=True, slots=True)
    class Named(cls):  # type: ignore[misc, valid-type]
        name: str = ""

    assert Named(1, 2, {}, "here") == Named(1, name="here")
    assert cls(1) != Named(1)
    assert [each.name for each in made_by.fields(Named)] == ["x", "y", "tags", "name"]
    assert cls(5).x == 5


@BOTH
def test_patterns_match_by_place(made_by: ModuleType) -> None:
    cls = point(made_by)
    match cls(1, 3):
        case cls(1, y):
            assert y == 3
        case _:
            pytest.fail("no match")


@BOTH
def test_a_default_that_all_would_share_is_refused(made_by: ModuleType) -> None:
    with pytest.raises((TypeError, ValueError), match="factory"):

        @made_by.dataclass(frozen=True, slots=True)
        class Shared:
            held: list[int] = []  # noqa: RUF012


@BOTH
def test_what_must_be_given_stands_before_what_need_not(made_by: ModuleType) -> None:
    with pytest.raises(TypeError, match="default"):

        @made_by.dataclass(frozen=True, slots=True)
        class Late:
            a: int = 1
            b: int


@BOTH
def test_a_replaced_field_must_be_one(made_by: ModuleType) -> None:
    with pytest.raises(TypeError, match="z"):
        made_by.replace(point(made_by)(1), z=1)


@BOTH
def test_the_fields_can_be_asked(made_by: ModuleType) -> None:
    one = point(made_by)(1)
    assert [each.name for each in made_by.fields(one)] == ["x", "y", "tags"]
    assert made_by.fields(one)[1].default == 2
    assert made_by.fields(one)[0].default is made_by.MISSING
    assert made_by.asdict(one) == {"x": 1, "y": 2, "tags": {}}
    assert [made_by.is_dataclass(each) for each in (one, point(made_by), 5)] == [True, True, False]


def test_the_standard_library_takes_ours_for_its_own() -> None:
    one: Any = point(lean_dataclass)(1)
    assert dataclasses.is_dataclass(one)
    like: Any = one  # is_dataclass narrows it to what has no fields
    assert dataclasses.replace(like, y=5) == type(like)(1, 5)
    assert dataclasses.asdict(like) == {"x": 1, "y": 2, "tags": {}}
    assert [(each.name, each.compare) for each in dataclasses.fields(one)] == [
        ("x", True),
        ("y", True),
        ("tags", False),
    ]


def test_a_class_without_slots_is_not_made() -> None:
    with pytest.raises(TypeError, match="slots"):
        lean_dataclass.dataclass(frozen=True, slots=False)
