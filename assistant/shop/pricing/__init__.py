"""What a basket comes to under the shop's promotions: integer arithmetic with every step named.

`terms.py` reads promotions, `targets.py` says what they apply to, `units.py` prices single pieces (member prices,
bundles, pieces that are free), `basket.py` applies one set of promotions, `best.py` finds the set that is best for
the customer. Knows no dialogue, no database and no clock: rows, day and customer come from the caller.

The rules, where SHOP_FORMAT leaves a choice:

1. Days are inclusive, in the shop's time zone. A code counts in any case of letters, and only when the customer gives
   it. A `member_price` is for members even where `members_only` doesn't say so.
2. `min_subtotal` counts what the promotion applies to at undiscounted prices; that of free shipping counts what is left
   to pay after discounts.
3. A promotion that is not combinable takes part alone; those that are combinable add up. Free shipping is about another
   amount than the goods: a combinable one also goes with a promotion that is not combinable.
4. Pieces first: a piece gets at most one of a member price, a place in a bundle and being free. Then percentages,
   each of what is left after that; then fixed amounts, of what is left then. Nothing ever falls below zero.
5. A percentage is taken once, of the whole sum that it applies to, and its discount is rounded to the minor unit,
   halves up (for the customer). Shares of single lines are found by largest remainder, so that they add up.
6. Of all sets that these rules allow, the one with the lowest amount to pay counts (shipping included where its cost is
   known), then the one with free shipping, then the one of fewer promotions, then the first in the order of ids.
"""

from assistant.shop.pricing.basket import Line, Priced, Step
from assistant.shop.pricing.best import Buyer, best
from assistant.shop.pricing.terms import Terms, terms_of

__all__ = ["Buyer", "Line", "Priced", "Step", "Terms", "best", "terms_of"]
