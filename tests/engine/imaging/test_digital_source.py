"""What made a picture is said in its XMP, in every format, beside what was there before."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import tifffile
from PIL import Image as PilImage

from engine.imaging.digital_source import (
    ENHANCED,
    GENERATED,
    TERMS,
    marked,
    source_type,
    with_source_type,
)
from engine.imaging.limits import DamagedError
from engine.imaging.read import read_image
from engine.imaging.types import Metadata
from engine.imaging.write import WRITERS, write_picture

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
TYPE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
CAPTURE = f"{TERMS}digitalCapture"
HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="uuid:7" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
)
TAIL = '</rdf:RDF></x:xmpmeta>\n   \n<?xpacket end="w"?>'
TITLE = "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Zoë</rdf:li></rdf:Alt></dc:title>"
FORMS = {
    "none": f"{HEAD}>{TITLE}</rdf:Description>{TAIL}",
    "attribute": f'{HEAD} ext:DigitalSourceType="{CAPTURE}">{TITLE}</rdf:Description>{TAIL}',
    "element": f"{HEAD}>{TITLE}<ext:DigitalSourceType>{CAPTURE}</ext:DigitalSourceType>"
    f"</rdf:Description>{TAIL}",
    "resource": f'{HEAD}>{TITLE}<ext:DigitalSourceType rdf:resource="{CAPTURE}"/>'
    f"</rdf:Description>{TAIL}",
}


def told(packet: bytes) -> list[str]:
    """Every digital source type in a packet, read as XML."""
    tree = ElementTree.fromstring(packet.decode().lstrip("\ufeff"))
    attributes = [node.get(TYPE) for node in tree.iter() if node.get(TYPE)]
    return attributes + [node.text or node.get(f"{RDF}resource") for node in tree.iter(TYPE)]


def pillow_xmp(path) -> bytes:
    with PilImage.open(path) as image:
        found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    return found.encode() if isinstance(found, str) else found


@pytest.mark.parametrize("form", FORMS)
def test_it_is_merged_into_what_a_packet_says_already(form) -> None:
    old = FORMS[form].encode()
    new = with_source_type(old, ENHANCED)
    assert told(new) == [TERMS + ENHANCED]
    assert TITLE.encode() in new
    tree = ElementTree.fromstring(new.decode())
    abouts = {node.get(f"{RDF}about") for node in tree.iter(f"{RDF}Description")}
    assert abouts == {"uuid:7"}  # one packet speaks of one thing
    assert with_source_type(new, ENHANCED) == new


def test_a_packet_is_made_where_there_is_none() -> None:
    assert told(with_source_type(None, GENERATED)) == [TERMS + GENERATED]


def test_what_was_generated_stays_so() -> None:
    packet = with_source_type(FORMS["attribute"].encode(), GENERATED)
    assert told(with_source_type(packet, ENHANCED)) == [TERMS + GENERATED]
    assert source_type(FORMS["resource"].encode()) == "digitalCapture"
    assert source_type(None) == ""


def test_another_prefix_of_rdf_is_understood() -> None:
    packet = FORMS["element"].replace("rdf:", "r.d-f:").replace("xmlns:rdf", "xmlns:r.d-f")
    assert told(with_source_type(packet.encode(), ENHANCED)) == [TERMS + ENHANCED]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_it_is_read_back_from_files_by_others(tmp_path, astronaut, rich_metadata, suffix) -> None:
    path = tmp_path / f"picture{suffix}"
    metadata = replace(rich_metadata, xmp=FORMS["attribute"].encode())
    about = marked(metadata, ENHANCED, path=path)
    write_picture(path, astronaut, metadata=about.metadata)
    assert about.doubts == ()
    found = pillow_xmp(path)
    assert told(found) == [TERMS + ENHANCED]
    assert "Zoë".encode() in found
    if suffix == ".tif":
        with tifffile.TiffFile(path) as file:
            assert told(file.pages[0].tags[700].value) == [TERMS + ENHANCED]
    again = read_image(path).metadata
    assert again.icc == rich_metadata.icc


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_that_is_written_holds_it(tmp_path, name) -> None:
    path = tmp_path / f"picture{WRITERS[name].suffix}"
    about = marked(Metadata(), ENHANCED, path=path)
    write_picture(path, np.full((9, 11, 3), 90, np.uint8), metadata=about.metadata)
    assert source_type(read_image(path).metadata.xmp) == ENHANCED


@pytest.mark.parametrize(
    ("packet", "said"),
    [(b"no packet", "cannot be read"), (None, "too long for JPEG")],
)
def test_a_packet_that_cannot_hold_it_is_left_out_and_that_is_said(tmp_path, packet, said) -> None:
    long = FORMS["none"].replace("Zoë", "o" * 65_400).encode()
    about = marked(Metadata(xmp=packet or long), ENHANCED, path=tmp_path / "a.jpg")
    assert said in about.doubts[0]
    assert told(about.metadata.xmp) == [TERMS + ENHANCED]
    with pytest.raises(DamagedError):
        with_source_type(b"no packet", ENHANCED)
    assert marked(Metadata(xmp=long), ENHANCED, path=tmp_path / "a.png").doubts == ()
