"""Magento's price rules to Backroom's promotions, where they mean exactly the same; otherwise the reason why not.

A rule is taken over only when every one of its conditions and actions has a counterpart in a promotion's columns: a
rule that is "almost" a promotion would make the assistant promise a price that the till doesn't give. Knows rule rows
and the category tree; writes nothing.

What differs in meaning and is therefore refused: money off each piece (`by_fixed`, `to_fixed`: ours is off the
subtotal), buy X get Y over several articles (Magento counts each article by itself, ours the whole selection),
exclusions ("not watches"), discounts on shipping charges, customer groups, generated coupon codes, a limit to so many
pieces or to so many uses by all customers together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from assistant.shop.importers.magento_categories import CategoryTree
from assistant.shop.importers.sources import id_of_name

# The sample data writes category references without quotes, as %url_key=pants-women,url_key=pants-men%.
_PLACEHOLDER = re.compile(r":\s*%([^%\"]*)%")
_ALL_GROUPS = frozenset({"0", "1", "2", "3"})


class NotExpressible(Exception):
    """Why a rule has no counterpart among Backroom's promotions, in words for the operator."""


def rule_to_promotion(row: Mapping[str, str], tree: CategoryTree) -> dict[str, str]:
    """The columns of SHOP_FORMAT's promotions.csv for one catalogue or cart price rule.

    Raises NotExpressible with the reason.
    """
    is_cart_rule = "coupon_type" in row
    if row.get("is_active", "1").strip() not in ("1", "true", "yes"):
        raise NotExpressible("the rule is switched off (is_active)")
    _refuse_side_conditions(row)
    _refuse_limits(row)
    conditions, actions = _tree(row, "conditions_serialized"), _tree(row, "actions_serialized")
    if is_cart_rule:
        applies_to, min_subtotal = _targets(actions, tree), _min_subtotal(conditions)
    else:
        applies_to, min_subtotal = _targets(conditions, tree), ""
    columns = {"name": _line(row.get("name", "")), "applies_to": applies_to, "min_subtotal": min_subtotal}
    columns |= _discount(row, applies_to)
    if min_subtotal and applies_to != "all":
        raise NotExpressible("the minimum counts the whole cart, but the discount only some products")
    stops = row.get("stop_rules_processing", "").strip() == "1"
    return columns | {
        "id": id_of_name(re.sub(r"[^a-z0-9]+", "-", columns["name"].lower()).strip("-"), columns["name"]),
        "code": _code(row) if is_cart_rule else "",
        "starts": row.get("from_date", "").strip()[:10],
        "ends": row.get("to_date", "").strip()[:10],
        "members_only": "no",
        "combinable": "no" if stops else "yes",
        "description": _description(row),
    }


def _refuse_side_conditions(row: Mapping[str, str]) -> None:
    if row.get("apply_to_shipping", "").strip() == "1":
        raise NotExpressible("it also discounts the shipping charge (apply_to_shipping)")
    groups = {group.strip() for group in re.split(r"[,;\n]", row.get("customer_group_ids", "")) if group.strip()}
    if groups and not groups >= _ALL_GROUPS:
        raise NotExpressible("it holds only for some customer groups (customer_group_ids)")


def _refuse_limits(row: Mapping[str, str]) -> None:
    """A promotion knows no end but a day, and every piece that it applies to gets it."""
    if _number(row.get("discount_qty", "")) > 0:
        raise NotExpressible("it discounts only so many pieces (discount_qty)")
    if _number(row.get("uses_per_coupon", "")) > 0:
        raise NotExpressible("its coupon ends after so many uses (uses_per_coupon)")


def _discount(row: Mapping[str, str], applies_to: str) -> dict[str, str]:
    action, amount = row.get("simple_action", "").strip(), _number(row.get("discount_amount", ""))
    free_shipping = row.get("simple_free_shipping", "").strip() in ("1", "2")
    if free_shipping and amount:
        raise NotExpressible("it gives a discount and free shipping at once")
    if free_shipping:
        if applies_to != "all":
            raise NotExpressible("it ships only some of the cart free")
        return {"type": "free_shipping", "value": ""}
    if amount <= 0:
        raise NotExpressible("it has no discount (discount_amount is 0)")
    if action == "by_percent":
        return {"type": "percent", "value": f"{amount.normalize():f}"}
    if action == "to_percent":
        return {"type": "percent", "value": f"{(100 - amount).normalize():f}"}
    if action == "cart_fixed" and applies_to == "all":
        return {"type": "fixed", "value": f"{amount.normalize():f}"}
    if action == "buy_x_get_y" and re.fullmatch(r"sku:[^;]+", applies_to):
        step = _number(row.get("discount_step", ""))
        return {"type": f"buy_{int(step)}_get_{int(amount)}", "value": ""}
    if action == "buy_x_get_y":
        raise NotExpressible(
            "Magento counts buy-X-get-Y for each article by itself, a promotion over all it applies to"
        )
    raise NotExpressible(f"its action {action!r} takes money off each piece, a promotion off the subtotal")


def _code(row: Mapping[str, str]) -> str:
    coupon_type, code = row.get("coupon_type", "").strip(), row.get("coupon_code", "").strip()
    if coupon_type in ("", "1"):
        return ""
    if coupon_type == "2" and code:
        return code
    raise NotExpressible("its coupon codes are generated one by one (coupon_type)")


def _description(row: Mapping[str, str]) -> str:
    uses = row.get("uses_per_customer", "").strip()
    limit = {"": "", "0": "", "1": " Once per customer."}.get(uses, f" At most {uses} times per customer.")
    text = _line(row.get("description", ""))
    ends = not text or text.endswith((".", "!", "?"))
    return f"{text if ends or not limit else text + '.'}{limit}".strip()


def _targets(rule: dict[str, Any], tree: CategoryTree) -> str:
    """`applies_to` for a tree of product conditions: all, categories or SKUs."""
    conditions = rule.get("conditions") or []
    if not conditions:
        return "all"
    _need_all_true(rule, conditions)
    if len(conditions) != 1:
        raise NotExpressible("it combines several conditions on the product")
    return _target(conditions[0], tree)


def _target(condition: dict[str, Any], tree: CategoryTree) -> str:
    attribute, operator = condition.get("attribute"), condition.get("operator")
    if operator not in ("==", "()", "{}") or condition.get("conditions"):
        raise NotExpressible(f"its condition {attribute!r} {operator!r} has no counterpart")
    values = [value.strip() for value in str(condition.get("value", "")).split(",") if value.strip()]
    if attribute == "sku" and operator != "{}" and values:
        return "; ".join(f"sku:{sku}" for sku in values)
    if attribute == "category_ids" and values:
        target = tree.target([value.removeprefix("url_key=") for value in values])
        if target is None:
            raise NotExpressible(f"the categories {', '.join(values)} can't be told apart by name from others")
        return target
    raise NotExpressible(f"its condition on {attribute!r} has no counterpart")


def _min_subtotal(rule: dict[str, Any]) -> str:
    """The cart's minimum, empty for none. Raises NotExpressible when the cart has to meet anything else."""
    conditions = [one for one in rule.get("conditions") or [] if not _always_true(one)]
    if not conditions:
        return ""
    _need_all_true(rule, conditions)
    one = conditions[0]
    if len(conditions) == 1 and one.get("attribute") == "base_subtotal" and one.get("operator") == ">=":
        return f"{_number(str(one.get('value', ''))):f}"
    if str(one.get("type", "")).endswith("Found"):
        raise NotExpressible("the cart has to hold certain products, while the discount goes to others too")
    raise NotExpressible(f"its condition on the cart ({one.get('attribute')!r}) has no counterpart")


def _always_true(condition: dict[str, Any]) -> bool:
    """ "A product is found in the cart" without saying which one."""
    return str(condition.get("type", "")).endswith("Found") and not condition.get("conditions")


def _need_all_true(rule: dict[str, Any], conditions: list[Any]) -> None:
    if str(rule.get("value", "1")) != "1":
        raise NotExpressible("it excludes products instead of naming them")
    if rule.get("aggregator", "all") != "all" and len(conditions) > 1:
        raise NotExpressible("it holds when any of several conditions holds")


def _tree(row: Mapping[str, str], column: str) -> dict[str, Any]:
    text = _PLACEHOLDER.sub(r':"\1"', row.get(column, "") or "{}")
    try:
        rule = json.loads(text)
    except json.JSONDecodeError:
        raise NotExpressible(f"{column} isn't JSON") from None
    if not isinstance(rule, dict):
        raise NotExpressible(f"{column} isn't a rule")
    if len(rule.get("conditions") or []) == 1:
        inner = rule["conditions"][0]
        if str(inner.get("type", "")).endswith("Combine") and str(rule.get("value", "1")) == "1":
            return dict(inner)  # a group of one is the group itself
    return rule


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.strip() or "0")
    except InvalidOperation:
        raise NotExpressible(f"{text!r} isn't a number") from None


def _line(text: str) -> str:
    return " ".join(text.split())
