"""Strings that have broken programs, made by rules, each kind by itself."""

from collections.abc import Iterator
from itertools import chain

CONTROLS = [f"a{chr(code)}b" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]
LONE_CONTROLS = [chr(code) for code in (*range(0x20), 0x7F, 0x85)]
INVISIBLE = [
    f"cnn{chr(code)}"
    for code in (
        *(0xA0, 0xAD, 0x34F, 0x61C, 0x115F, 0x180E, 0x3000, 0xFEFF, 0xFFFC, 0xE0001, 0xE0041),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),
        *range(0xFE00, 0xFE03),
    )
]
NO_CHARACTERS = [chr(code) for code in (0xFDD0, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xE000, 0xF8FF)]
SCRIPTS = [
    "\u05d0\u05d1\u05d2",
    "\u0645\u0631\u062d\u0628\u0627",
    "\u202emodel\u202c",
    "\u2067\u05d0\u2069 7",
    "\u6570\u5b57\u4e03",
    "\uff17",
    "\u0667",
    "\u2076",
    "\u2466",
    "\u00bd",
    "\u0e01\u0e33",
    "\ud55c\uad6d",
    "\u1112\u1161\u11ab",
    "stra\u00dfe",
    "\u0130I\u0131i",
    "\ufb01",
    "\u01c5",
    "e\u0301",
    "\u00e9",
    "\u212b",
    "\u1e9b\u0323",
    "\u0441nn",
    "Z" + "".join(chr(0x300 + i) for i in range(40)),
    "\u0301",
]
EMOJI = [
    "\U0001f600",
    "7\ufe0f\u20e3",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f44d\U0001f3ff",
    "\U0001f1e9\U0001f1ea",
    "\u2764\ufe0f",
    "\U0001f600" * 64,
    "\U0001f600" * 65,
]
WORDS = [
    word
    for line in (
        "null NULL nil None undefined NaN nan Infinity -Infinity inf true false True TRUE yes on",
        "0 -0 -1 1 3 10 11 07 7.0 +7 0x7 1e1 1e999 9999999999 18446744073709551616 __proto__",
        "constructor prototype toString valueOf hasOwnProperty __class__ __init__ __builtins__",
        "self this length then all ALL All cnn CNN cnn-trained perceptron default manifest.json",
        "con NUL COM1 LPT1 aux",
    )
    for word in line.split()
]
BLANKS = ["", " ", "  ", "\t", "\n", " cnn", "cnn ", "cnn\t", "\u3000", "all ", " 7", "7 ", "7\n"]
INJECTIONS = [
    "' OR 1=1 --",
    "'; DROP TABLE feedback; --",
    '" OR ""="',
    "1 UNION SELECT NULL, NULL",
    "admin'/*",
    "{'$gt': ''}",
    '{"$ne": null}',
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;&amp;&#0;&#x41;",
    "<!--#exec cmd='id'-->",
    "<?php phpinfo(); ?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "]]>",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{% for x in y %}",
    "{0.__class__.__mro__}",
    "{}",
    "{name!r:>99999999}",
    "%s%s%n%x%p",
    "%(name)s",
    "%d%99999999d",
    "$(id)",
    "`id`",
    "; id",
    "| id",
    "&& id",
    "a\nid",
    "() { :;}; id",
    "${jndi:ldap://127.0.0.1/a}",
    "*)(uid=*))(|(uid=*",
    "' or '1'='1",
    "=1+1",
    "@SUM(1)",
    "!!python/object/apply:os.system ['id']",
    "cos\nsystem\n(S'id'\ntR.",
    "O:8:'stdClass':0:{}",
    "rO0ABXA=",
    "a\r\nX-Injected: 1",
    "a\nX-Injected: 1",
    "a\r\n\r\n<html>",
    "a%0d%0aX-Injected:%201",
    "a\u560a\u560dX-Injected: 1",
    "a\x00b",
    "cnn\x00",
    "cnn%00",
    "\x1b[31mred\x1b[0m",
    "\x07\x08\x08\x08",
    "a;b=c, d",
    '"quoted',
    "'",
    '"',
    "\\",
    "\\\\",
    "\\u0000",
    "\\x00",
    "#",
    "?",
    "&a=b",
    "/",
    "~",
    "~0~1",
    ";",
    ",",
    "[object Object]",
]
PATHS = [
    "../../../../etc/passwd",
    "..\\..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\boot.ini",
    "\\\\127.0.0.1\\share",
    "file:///etc/passwd",
    "http://127.0.0.1/",
    "//127.0.0.1/",
    ".",
    "..",
    "...",
    "./cnn",
    "cnn/",
    "cnn/..",
    "%2e%2e%2f",
    "%252e%252e%252f",
    "%c0%ae%c0%ae%c0%af",
    "..;/",
    "~root",
    "a/b",
    "a//b",
    "cnn.onnx",
    "manifest.json\x00.png",
    "/proc/self/environ",
    "s3://bucket/key",
]
LONG = ["a" * n for n in (8, 63, 64, 65, 255, 256, 1_000, 5_000)]
LONG += ["\u00e9" * 64, "\u00e9" * 65, "\u6570" * 2_000, "%" * 300, "\\" * 300, '"' * 300]
LONGER = ["a" * 100_000, "\u00e9" * 50_000, "\U0001f600" * 50_000, "\x00" * 100_000]


def naughty_strings() -> Iterator[str]:
    """Yield those of up to a few kilobytes; they fit everywhere."""
    return chain(
        CONTROLS,
        LONE_CONTROLS,
        INVISIBLE,
        NO_CHARACTERS,
        SCRIPTS,
        EMOJI,
        WORDS,
        BLANKS,
        INJECTIONS,
        PATHS,
        LONG,
    )
