"""What the checks of forms and plans say, in Chinese and with the field that is meant."""

from ccfloor.rules.wrong import Own

OWN: Own = (
    # ccfloor/qa/model.py
    (r"a condition needs either is or is_not", "条件要写 is 或 is_not，只能写其中一个", ()),
    (r"points are missing", "缺少分值", ("points",)),
    (r"more than (\d+) steps", r"超过 \1 档", ("step",)),
    (r"a fatal item has no points and no N/A", "致命项没有分值，也不能不适用", ("points",)),
    (r"a choice needs two options or more", "选择题至少要有两个选项", ("options",)),
    (r"only a choice has options", "只有选择题才有选项", ("options",)),
    (r"the points of a choice stand at its options", "选择题的分值写在各选项上", ("points",)),
    (r"the option (.+) is there twice", r"选项 \1 重复", ("options",)),
    (r"the option 'na' is said by na: true", "“不适用”请用 na: true，不要写成选项", ("options",)),
    (r"no option gives points", "没有一个选项给分", ("options",)),
    (r"low is not below high", "最低档必须小于最高档", ("low",)),
    (r"fatal_if goes with yes_no alone", "fatal_if 只用于是非题", ("fatal_if",)),
    (
        r"fatal_if with both answers makes every form 0",
        "是和否都算致命，所有评分都会是 0",
        ("fatal_if",),
    ),
    (r"the id (.+) is used twice", r"编号 \1 用了两次", ()),
    (r"section (.+) has no items", r"板块 \1 没有项目", ()),
    (r"section (.+) has a weight and nothing that is scored", r"板块 \1 有权重，却没有计分的项目", ()),
    (r"nothing is scored", "没有任何计分的项目", ()),
    (
        r"either all scored sections have a weight or none",
        "计分的板块要么都写权重，要么都不写",
        (),
    ),
    (
        r"(\S+) depends on (\S+), which does not stand before it",
        r"\1 的条件引用了 \2，而它前面没有这一项",
        ("item",),
    ),
    (
        r"(\S+) depends on (\S+) being (.+), which it cannot be",
        r"\1 的条件要求 \2 为 \3，而它不可能这样回答",
        (),
    ),
    # ccfloor/qa/plan.py
    (r"at_most is below at_least", "上限小于下限", ("at_most",)),
    (r"there is no quota", "没有写任何定额", ()),
    (r"the quota (.+) is there twice", r"定额 \1 重复", ("id",)),
    (r"(.+) is wanted twice", r"\1 重复", ("of",)),
    (r"(.+) is there twice", r"\1 重复", ()),
    (r"length_s must rise", "length_s 要从小到大", ()),
    (
        r"more than half of the forms would be looked for, not drawn at random",
        "定向抽取超过一半，随机抽取就不足了",
        (),
    ),
)
