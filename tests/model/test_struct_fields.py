"""Which fields of a struct are converted: encoding/json's rules with the tag `udf`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.model.package import Package
from modgo_lsp.model.struct_fields import udf_tag


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ('udf:"a"', "a"),
        ('json:"x" udf:"a,omitempty"', "a,omitempty"),
        ('json:"x"   udf:"a"', "a"),
        ('udf:"a\\"b"', 'a"b'),
        ("udf:a", ""),
        ('udf: "a"', ""),
        ("", ""),
        ('json:"x', ""),
    ],
)
def test_tags(tag: str, value: str) -> None:
    assert udf_tag(tag) == value


# A field C of an unsupported type shows whether it is converted.
@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ("C chan int", True),
        ("c chan int", False),
        ('C chan int `udf:"-"`', False),
        ('C chan int `udf:"-,"`', True),
        ('C chan int `json:"-"`', True),
        ("Bad", True),
        ("*Bad", True),
        ("bad", True),
        ("*bad", True),
        ("hidden", False),
        ("Chan", True),
        ("lower", False),
        # Shallower fields hide deeper ones with the same name.
        ("C int; Bad", False),
        ('D int `udf:"C"`; Bad', False),
        ('C int `udf:"other"`; Bad', True),
        # Two with the same name and depth hide each other, unless one is tagged.
        ("Bad; Bad2", False),
        ("Bad; Tagged", False),
        ("Good; TaggedBad", True),
        ("Bad; TaggedGood", False),
        ('X chan int `udf:"C"`; C int', True),
        ('C chan int; X int `udf:"C"`', False),
        ('X int `udf:"C"`; C chan int; Y chan int `udf:"C"`', False),
        ('X int `udf:"n"`; Y chan int `udf:"n"`', False),
        # A tagged embedded struct is an ordinary field.
        ('Bad `udf:"named"`', True),
        ("Twice; Again", False),
    ],
)
def test_counting(udfs: Callable[..., Package], fields: str, counts: bool) -> None:
    source = f"""
type S struct {{ Ok int; {fields} }}
type Bad struct {{ C chan int }}
type Bad2 struct {{ C chan int }}
type bad struct {{ C chan int }}
type Good struct {{ C int }}
type Tagged struct {{ X int `udf:"C"` }}
type TaggedBad struct {{ X chan int `udf:"C"` }}
type TaggedGood struct {{ X int `udf:"C"` }}
type hidden struct {{ c chan int }}
type Chan chan int
type lower chan int
type Twice struct {{ Bad }}
type Again struct {{ Bad }}
func F(s S) {{}}
var _ = udf.Register("f", F)
"""
    signature = udfs(source).registrations[0].signature
    assert signature is not None
    assert bool(signature.problems) is counts


def test_a_struct_may_embed_a_pointer_to_itself(udfs: Callable[..., Package]) -> None:
    found = udfs('type T struct { A int; *T }\nfunc F(t T) {}\nvar _ = udf.Register("f", F)')
    assert found.registrations[0].signature is not None
    assert found.registrations[0].signature.problems == ()
