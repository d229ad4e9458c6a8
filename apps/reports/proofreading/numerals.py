"""Chinese numerals as letters write them: 一百九十七, 两百零三, 百分之九十二点九."""

from decimal import Decimal

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
CHARACTERS = "零〇一二两三四五六七八九十百千万"


def chinese_whole(text):
    """The whole number that Chinese characters name, None where they name none: 十二, 二百零三, 一九七."""
    if not text or any(character not in CHARACTERS for character in text):
        return None
    if not any(character in PLACES for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    whole, part, digit, last = 0, 0, None, 1
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character == "万":
            whole, part, digit, last = (part + (digit or 0)) * PLACES["万"], 0, None, PLACES["万"]
        else:
            last = PLACES[character]
            part += last * (1 if digit is None else digit)
            digit = None
    # 一百二 is 120, 一百零二 is 102
    short = digit and len(text) > 1 and text[-2] in PLACES and last > 10
    return whole + part + (digit or 0) * (last // 10 if short else 1)


def chinese_decimal(text):
    """九十二点九 as a Decimal with its written places, None where it is no number."""
    whole, point, places = text.partition("点")
    value = chinese_whole(whole)
    if value is None or (point and any(character not in DIGITS for character in places)):
        return None
    return Decimal(f"{value}.{''.join(str(DIGITS[character]) for character in places)}" if point else value)
