"""XML of others, read without what XML can do to its reader: no entities, no network, no huge trees. Pure."""

from __future__ import annotations

from django.utils.translation import gettext as _
from lxml import etree

from news.entries import Unreadable


def root_of(body: bytes) -> etree._Element:
    """The root of a well-formed document. Raises Unreadable, also for a document that defines entities."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body.strip(), parser=parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise Unreadable(_("The document is not well-formed: %(error)s") % {"error": str(error)[:200]}) from error
    if root is None:
        raise Unreadable(_("The answer is empty."))
    definitions = root.getroottree().docinfo.internalDTD
    if definitions is not None and next(iter(definitions.iterentities()), None) is not None:
        raise Unreadable(_("The document defines entities, which are not read here."))
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its namespace, in small letters; "" for what is no element."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def text_of(element: etree._Element, name: str) -> str:
    """The text of the first child of this name, whatever its namespace; "" when there is none."""
    return next(("".join(map(str, child.itertext())) for child in element if local(child) == name), "")


def texts_of(element: etree._Element, name: str) -> list[str]:
    """The texts of all children of this name."""
    return ["".join(map(str, child.itertext())) for child in element if local(child) == name]
