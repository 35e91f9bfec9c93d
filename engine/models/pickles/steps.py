"""The instructions of a pickle that are known, and what each does.

Source: the descriptions in https://docs.python.org/3/library/pickletools.html.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from typing import Any

from engine.models.pickles.machine import Machine, decoded
from engine.models.pickles.records import Call, Calls, Name, Thing, damaged, refused

MOST_OPEN = 200
"""Containers that are open inside one another."""
MOST_TEXT = 1 << 24
"""Bytes of one text; the longest that is met is a module's source."""
MOST_DIGITS = 64
"""Bytes of one integer."""
_OLD_NAMES = {"__builtin__", "__builtins__", "copy_reg", "commands", "urllib2"}
_OUTSIDE = sys.stdlib_module_names | _OLD_NAMES
_KEYS = (str, int, bool, type(None), Name, Thing)
_MOST_BITS = 32


def _text(form: str) -> Callable[[Machine], None]:
    def step(machine: Machine) -> None:
        length = machine.number(form)
        if length > MOST_TEXT:
            raise refused(f"This file holds a text of {length} bytes.")
        machine.stack.append(decoded(machine.take(length)))

    return step


def _bytes(form: str) -> Callable[[Machine], None]:
    def step(machine: Machine) -> None:
        machine.stack.append(machine.take(machine.number(form)).toreadonly())

    return step


def _number(form: str) -> Callable[[Machine], None]:
    return lambda machine: machine.stack.append(machine.number(form))


def _long(machine: Machine) -> None:
    length = machine.number("<B")
    if length > MOST_DIGITS:
        raise refused(f"This file holds a number of {length} bytes.")
    machine.stack.append(int.from_bytes(machine.take(length), "little", signed=True))


def _constant(value: Any) -> Callable[[Machine], None]:
    return lambda machine: machine.stack.append(value)


def _fresh(kind: Callable[[], Any]) -> Callable[[Machine], None]:
    return lambda machine: machine.stack.append(kind())


def _tuple(length: int) -> Callable[[Machine], None]:
    def step(machine: Machine) -> None:
        values = [machine.pop() for _ in range(length)]
        machine.stack.append(tuple(reversed(values)))

    return step


def _marked_tuple(machine: Machine) -> None:
    values = machine.pop_marked()
    machine.stack.append(tuple(values))


def _marked_set(machine: Machine) -> None:
    values = machine.pop_marked()
    machine.stack.append(frozenset(map(_as_key, values)))


def _mark(machine: Machine) -> None:
    if len(machine.below) >= MOST_OPEN:
        raise refused(f"This file nests more than {MOST_OPEN} containers.")
    machine.below.append(machine.stack)
    machine.stack = []


def _skip_protocol(machine: Machine) -> None:
    if not 2 <= machine.number("<B") <= pickle.HIGHEST_PROTOCOL:
        raise damaged("its protocol is not known")


def _put(form: str) -> Callable[[Machine], None]:
    def step(machine: Machine) -> None:
        machine.memory[machine.number(form)] = machine.top()

    return step


def _get(form: str) -> Callable[[Machine], None]:
    def step(machine: Machine) -> None:
        place = machine.number(form)
        if place not in machine.memory:
            raise damaged("it recalls what it never kept")
        machine.stack.append(machine.memory[place])

    return step


def _memoize(machine: Machine) -> None:
    machine.memory[len(machine.memory)] = machine.top()


def _append(machine: Machine) -> None:
    value = machine.pop()
    _extend(machine.top(), [value])


def _appends(machine: Machine) -> None:
    values = machine.pop_marked()
    _extend(machine.top(), values)


def _extend(target: Any, values: list[Any]) -> None:
    entries = target.entries if isinstance(target, Thing) else target
    if not isinstance(entries, list):
        raise damaged("it appends to what is no list")
    entries.extend(values)


def _set_item(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    _update(machine.top(), [key, value])


def _set_items(machine: Machine) -> None:
    pairs = machine.pop_marked()
    _update(machine.top(), pairs)


def _update(target: Any, pairs: list[Any]) -> None:
    items = target.items if isinstance(target, Thing) else target
    if not isinstance(items, dict) or len(pairs) % 2:
        raise damaged("it puts something into what is no table")
    items.update(zip(map(_as_key, pairs[::2]), pairs[1::2], strict=True))


def _add_items(machine: Machine) -> None:
    values = machine.pop_marked()
    target = machine.top()
    if not isinstance(target, set):
        raise damaged("it adds to what is no set")
    target.update(map(_as_key, values))


def _as_key(value: Any) -> Any:
    """A value that may be a key: not a tuple, whose hash can exhaust the stack if it is deep, and
    no vast number, many of which can have one hash.
    """
    vast = isinstance(value, int) and value.bit_length() > _MOST_BITS
    if vast or not isinstance(value, _KEYS):
        raise refused(f"This file uses a strange {type(value).__name__} as a key.")
    return value


def _named(module: Any, name: Any, calls: Calls) -> Name:
    if not isinstance(module, str) or not isinstance(name, str):
        raise damaged("it names something that has no name")
    found = Name(module, name)
    if (module, name) not in calls and module.partition(".")[0] in _OUTSIDE:
        raise refused(f"This file asks for {found}, which no weights need.")
    return found


def _global(machine: Machine) -> None:
    module, name = machine.line(), machine.line()
    machine.stack.append(_named(module, name, machine.calls))


def _stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.stack.append(_named(module, name, machine.calls))


def _reduce(machine: Machine) -> None:
    arguments, made_of = machine.pop(), machine.pop()
    answer = _answer(machine, made_of, arguments)
    if answer is not None:
        machine.stack.append(answer(arguments))
    elif isinstance(made_of, Name) and made_of.is_foreign_class:
        machine.stack.append(Thing(made_of, arguments))
    else:
        raise refused(f"This file wants {_said(made_of)} to be called when it is opened.")


def _new(machine: Machine) -> None:
    arguments, made_of = machine.pop(), machine.pop()
    _make(machine, made_of, arguments, {})


def _new_named(machine: Machine) -> None:
    named, arguments, made_of = machine.pop(), machine.pop(), machine.pop()
    if not isinstance(named, dict):
        raise damaged("an object is made of something strange")
    _make(machine, made_of, arguments, named)


def _make(machine: Machine, made_of: Any, arguments: Any, named: dict[str, Any]) -> None:
    answer = _answer(machine, made_of, arguments)
    if not isinstance(made_of, Name) or (answer is not None and named):
        raise refused(f"This file wants to make an object of {_said(made_of)}.")
    made = Thing(made_of, arguments, named) if answer is None else answer(arguments)
    machine.stack.append(made)


def _answer(machine: Machine, made_of: Any, arguments: Any) -> Call | None:
    if not isinstance(arguments, tuple):
        raise damaged("an object is made of something strange")
    found = isinstance(made_of, Name) and machine.calls.get((made_of.module, made_of.name))
    return found or None


def _build(machine: Machine) -> None:
    state, target = machine.pop(), machine.top()
    if isinstance(target, dict) and isinstance(state, dict):
        return  # attributes of a table, which nothing reads
    if not isinstance(target, Thing) or target.state is not None:
        raise refused(f"This file wants to change {_said(target)}.")
    target.state = state


def _said(value: Any) -> str:
    return str(value) if isinstance(value, Name) else f"a {type(value).__name__}"


def _persistent(machine: Machine) -> None:
    if machine.persistent is None:
        raise refused("This file refers to something outside of itself.")
    machine.stack.append(machine.persistent((machine.pop(),)))


STEPS: dict[int, Callable[[Machine], None]] = {
    code[0]: step
    for code, step in {
        pickle.PROTO: _skip_protocol,
        pickle.FRAME: lambda machine: machine.number("<Q"),
        pickle.MARK: _mark,
        pickle.POP: lambda machine: machine.pop(),
        pickle.POP_MARK: lambda machine: machine.pop_marked(),
        pickle.NONE: _constant(None),
        pickle.NEWTRUE: _constant(True),
        pickle.NEWFALSE: _constant(False),
        pickle.BININT: _number("<i"),
        pickle.BININT1: _number("<B"),
        pickle.BININT2: _number("<H"),
        pickle.LONG1: _long,
        pickle.BINFLOAT: _number(">d"),
        pickle.SHORT_BINUNICODE: _text("<B"),
        pickle.BINUNICODE: _text("<I"),
        pickle.BINUNICODE8: _text("<Q"),
        pickle.SHORT_BINBYTES: _bytes("<B"),
        pickle.BINBYTES: _bytes("<I"),
        pickle.BINBYTES8: _bytes("<Q"),
        pickle.EMPTY_TUPLE: _constant(()),
        pickle.TUPLE1: _tuple(1),
        pickle.TUPLE2: _tuple(2),
        pickle.TUPLE3: _tuple(3),
        pickle.TUPLE: _marked_tuple,
        pickle.EMPTY_LIST: _fresh(list),
        pickle.EMPTY_DICT: _fresh(dict),
        pickle.EMPTY_SET: _fresh(set),
        pickle.FROZENSET: _marked_set,
        pickle.APPEND: _append,
        pickle.APPENDS: _appends,
        pickle.SETITEM: _set_item,
        pickle.SETITEMS: _set_items,
        pickle.ADDITEMS: _add_items,
        pickle.BINPUT: _put("<B"),
        pickle.LONG_BINPUT: _put("<I"),
        pickle.MEMOIZE: _memoize,
        pickle.BINGET: _get("<B"),
        pickle.LONG_BINGET: _get("<I"),
        pickle.GLOBAL: _global,
        pickle.STACK_GLOBAL: _stack_global,
        pickle.REDUCE: _reduce,
        pickle.NEWOBJ: _new,
        pickle.NEWOBJ_EX: _new_named,
        pickle.BUILD: _build,
        pickle.BINPERSID: _persistent,
    }.items()
}
