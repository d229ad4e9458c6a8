"""A split of a whole into parts, and whether its parts claim to be the whole."""

from dataclasses import dataclass, field

from .claims import Item

SETS = ("result", "rating")  # nothing is in two parts of these


@dataclass(eq=False)
class Group:
    """A split: `base` is the whole that its words name, `exact` where no other can be meant."""

    facet: str
    aspect: str
    dimension: str
    base: Item | None
    exact: bool = False
    items: list = field(default_factory=list)
    is_list: bool = False  # 按…分, 分为: whatever follows is a part
    rest: bool = False
    none_left: bool = False
    overlaps: bool = False
    expected: int = 0  # parts that 分为六类 promises
    bracket: int = 0

    @property
    def counted(self):
        return [item for item in self.items if item.count]

    @property
    def total(self):
        return sum(item.value for item in self.counted)

    @property
    def is_part(self):
        """Whether it splits something smaller than the letter's wholes."""
        return self.base is not None and self.base.stage == "" and self.base.facet != "kind"

    def names(self):
        return {item.name for item in self.items}

    def labels(self):
        return {item.label for item in self.items}

    def is_complete(self):
        """Whether the parts claim to be the whole: said so, every class is named, or the shares make up 100 %."""
        return not self.overlaps and (self.rest or self.is_list or self._names_every_class() or self.shares_are_whole())

    def _names_every_class(self):
        names = {part for name in self.names() for part in name.split("+")}
        if any("+" in name for name in self.names()) and self.facet in SETS:
            return False
        match self.facet:
            case "result":
                letters = names & set("ABCDE甲乙丙丁")
                return (
                    {"A", "B", "C"} <= letters
                    or {"甲", "乙", "丙"} <= letters
                    or ({"A", "B"} <= letters and self.none_left)
                    or (len(names) >= 3 and "已经" in names and bool(names & {"暂不能", "留作参考"}))
                )
            case "rating":
                return "满意" in names and ("不满意" in names or self.none_left or len(names) >= 3)
            case "proposer":
                return bool(names & {"委员", "个人"}) and bool(names - {"委员", "个人", "联名"})
            case "review":
                return {"立案", "不立案"} <= names or {"立案", "转为", "并案"} <= names
            case "kind" | "timely" | "answered" | "closed" | "returned" | "publicity":
                return len(names) > 1
            case "topic" | "other":
                text = "".join(item.label for item in self.items)
                return all(one in text for one in ("经济", "政治", "文化", "社会", "生态"))
        return False

    def shares_are_whole(self):
        shares = [item.percent for item in self.items if item.percent and not item.percent.about]
        if len(self.items) < 2 or len(shares) < len(self.items):
            return False
        slack = sum(5 * 10.0 ** -(share.decimals + 1) for share in shares)
        return abs(float(sum(share.value for share in shares)) - 100) <= max(slack, 0.1)
