"""What made a picture, said in its XMP packet: IPTC's digital source type.

The packet is edited as text, so that all else in it stays as it was written.

Source: IPTC Photo Metadata Standard, Digital Source Type; the terms are at
http://cv.iptc.org/newscodes/digitalsourcetype.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine.imaging.limits import DamagedError
from engine.imaging.types import Metadata
from engine.imaging.write import writer_for

SourceType = Literal["compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"]
ENHANCED: SourceType = "compositeWithTrainedAlgorithmicMedia"
"""A photograph of which a trained model has changed a part."""
GENERATED: SourceType = "trainedAlgorithmicMedia"
"""A picture that a trained model has made."""
TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"

_RDF = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_IPTC = b"http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_PROPERTY = b"DigitalSourceType"
_EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + _RDF + b'">'
    b'</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
)


@dataclass(frozen=True)
class Marked:
    """Metadata that say what made the picture.

    Attributes:
        metadata: with the packet.
        doubts: sentences for people, if something of the old packet is lost.
    """

    metadata: Metadata
    doubts: tuple[str, ...] = ()


def marked(metadata: Metadata, kind: SourceType, *, path: Path) -> Marked:
    """Metadata for a file, that say what made its picture.

    Args:
        metadata: of the photograph.
        kind: what to say. What was generated stays so, whatever is changed in it.
        path: the file; its suffix says how much XMP it can hold.

    Raises:
        UserError: for a suffix that no writer has.
    """
    writer = writer_for(path)
    try:
        packet = with_source_type(metadata.xmp, kind)
    except DamagedError:
        why = "cannot be read"
    else:
        if len(packet) <= writer.most_xmp:
            return Marked(replace(metadata, xmp=packet))
        why = f"is too long for {writer.title}"
    lost = f"The photograph's own XMP {why} and is left out; what made the picture is said there."
    return Marked(replace(metadata, xmp=with_source_type(None, kind)), (lost,))


def with_source_type(packet: bytes | None, kind: SourceType) -> bytes:
    """A packet that says what made the picture; what it said of that before is taken out.

    Args:
        packet: of the photograph, or None.
        kind: what to say; a packet that says `GENERATED` already keeps that.

    Raises:
        DamagedError: if the packet is none that can be added to.
    """
    old = packet or _EMPTY
    if source_type(old) in (kind, GENERATED):
        return old
    old = _without(old)
    close = _rdf_close(old)
    prefix = old[close + 2 :].split(b":", 1)[0]
    about = re.search(rb"\s%s:about\s*=\s*(\"[^\"<]*\"|'[^'<]*')" % re.escape(prefix), old)
    told = (
        b"<%(rdf)s:Description %(rdf)s:about=%(about)s"
        b' xmlns:Iptc4xmpExt="%(space)s" Iptc4xmpExt:%(name)s="%(term)s"/>'
    ) % {
        b"rdf": prefix,
        b"about": about[1] if about else b'""',
        b"space": _IPTC,
        b"name": _PROPERTY,
        b"term": (TERMS + kind).encode(),
    }
    return old[:close] + told + old[close:]


def source_type(packet: bytes | None) -> str:
    """The last part of the digital source type that a packet names; empty if it names none."""
    for prefix in _prefixes(packet or b"", _IPTC):
        found = re.search(
            rb"\b%s:%s\b[^<]*?/digitalsourcetype/(\w+)" % (re.escape(prefix), _PROPERTY),
            packet or b"",
        )
        if found:
            return found[1].decode()
    return ""


def _without(packet: bytes) -> bytes:
    for prefix in _prefixes(packet, _IPTC):
        name = re.escape(prefix) + b":" + _PROPERTY
        packet = re.sub(rb"\s%s\s*=\s*(\"[^\"<]*\"|'[^'<]*')" % name, b"", packet)
        packet = re.sub(rb"<%s\b[^<>]*/>" % name, b"", packet)
        packet = re.sub(rb"<%s\b[^<>]*>[^<]*</%s\s*>" % (name, name), b"", packet)
    return packet


def _rdf_close(packet: bytes) -> int:
    """Where the closing tag of the RDF element begins."""
    for prefix in _prefixes(packet, _RDF):
        at = packet.rfind(b"</" + prefix + b":RDF")
        if at >= 0:
            return at
    raise DamagedError("no XMP packet with an RDF element")


def _prefixes(packet: bytes, space: bytes) -> list[bytes]:
    """The prefixes that stand for a namespace anywhere in a packet."""
    found = re.findall(rb"xmlns:([A-Za-z_][\w.-]*)\s*=\s*[\"']" + re.escape(space), packet)
    return list(dict.fromkeys(found))
