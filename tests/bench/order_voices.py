"""How made-up customers word what they want: one dictionary of sentences per voice, and words for options.

Every voice says the same things otherwise; voices whose `held` is true are for measuring only. `{item}`, `{want}`,
`{order}`, `{with}`, `{address}`, `{other}`, `{count}` are filled in by order_customers. Knows no shop.
"""

from __future__ import annotations

from typing import Any

Voice = dict[str, Any]

POLITE: Voice = {
    "name": "polite", "held": False,
    "hello": ["Hello, I hope you can help me. ", "Good morning! ", "Hi there. "],
    "cancel": ["I'd like to cancel the order with the {item}, please.", "Could you please cancel my order of the {item}?"],
    "cancel_id": ["Please cancel order {order} for me."],
    "cancel_all": ["I'd like to cancel all of my pending orders, please."],
    "cancel_part": ["Could you please cancel the {item} in my order? Only the {item}, I'd like to keep the rest."],
    "whole_then": ["I see. In that case, please cancel the whole order."],
    "leave_then": ["I see. Then please leave the order as it is."],
    "return": ["I would like to return the {item} that I received.", "I'd like to return my {item}, please."],
    "return_but": ["I'd like to return everything from the order with the {other}, except for the {item}."],
    "return_whole": ["I'd like to return all of the items in order {order}."],
    "swap_in": ["I received the {item} and would like to exchange it for {want}."],
    "swap_out": ["I'd like to change the {item} in my pending order to {want}, please."],
    "two_in": ["I'd like to exchange two things I received: the {item} for {want}, and the {item2} for {want2}."],
    "two_out": ["In my pending order, please change the {item} to {want} and the {item2} to {want2}."],
    "cheapest": ["the cheapest one you have available"], "dearest": ["the most expensive one that you have"],
    "rest": ["everything else the same"], "one": ["one that is {x}", "one with {x}"],
    "like": ["the same kind as the {item} in my {which} order"],
    "pay": ["Could you change the payment for the order with the {item} to my {with}?"],
    "ship": ["Please change the address of the order with the {item} to {address}."],
    "ship_home": ["Could the order with the {item} be sent to my default address instead?"],
    "ship_other": ["Could the order with the {item} go to the same address as my order with the {other}?"],
    "home": ["I've moved. Please change my default address to {address}."],
    "total": ["How much did I pay in total for the order with the {item}?"],
    "track": ["Could you give me the tracking number of the order with the {item}?"],
    "count": ["Could you tell me how many {item} options you have available?"],
    "price": ["What did I pay for the {item}?"],
    "refund": ["And how much will I get back in total?"],
    "mind": ["I'm sorry, I've changed my mind: please only {do} the {item}."],
    "or_want": ["If that's not available, I'd be happy with {want}."],
    "or_return": ["If you don't have that, I'd like to return it instead."],
    "no_number": ["I'm afraid I don't have the order number."], "number": ["It's order {order}."],
    "needless": ["I no longer need it."], "mistake": ["I ordered it by mistake."],
    "paywith": ["My {with}, please."], "original": ["The original payment method, please."],
    "thing": ["The {item}, please."],
}  # fmt: skip

TERSE: Voice = {
    "name": "terse", "held": False,
    "hello": ["", "Hi. "],
    "cancel": ["Cancel my {item} order.", "Cancel the order with the {item}."],
    "cancel_id": ["Cancel {order}."],
    "cancel_all": ["Cancel everything that's pending."],
    "cancel_part": ["Cancel the {item}. Just that."],
    "whole_then": ["Then cancel all of it."],
    "leave_then": ["Then don't."],
    "return": ["Return: {item}.", "Need to return the {item}."],
    "return_but": ["Return all that came with the {other}. Not the {item}."],
    "return_whole": ["Return all of {order}."],
    "swap_in": ["Exchange {item}: want {want}.", "Got the {item}. Exchange for {want}."],
    "swap_out": ["Pending {item}: make it {want}.", "Change the {item} in my order to {want}."],
    "two_in": ["Exchange {item} for {want}, {item2} for {want2}."],
    "two_out": ["Pending order: {item} to {want}, {item2} to {want2}."],
    "cheapest": ["the cheapest"], "dearest": ["the most expensive"],
    "rest": ["rest same"], "one": ["{x}"],
    "like": ["same as the {item} in my {which} order"],
    "pay": ["Put the {item} order on my {with} instead."],
    "ship": ["Send the {item} order to {address} instead."],
    "ship_home": ["Send the {item} order to my default address."],
    "ship_other": ["Same address for the {item} order as on the {other} order."],
    "home": ["New default address: {address}."],
    "total": ["Total of the {item} order?"],
    "track": ["Tracking number for the {item} order?"],
    "count": ["How many {item} options available?"],
    "price": ["Price of the {item} I bought?"],
    "refund": ["Total refund?"],
    "mind": ["No. Only the {item}."],
    "or_want": ["Else {want}."],
    "or_return": ["If not, return it."],
    "no_number": ["Don't know it."], "number": ["{order}."],
    "needless": ["Not needed any more."], "mistake": ["Mistake."],
    "paywith": ["{with}."], "original": ["Same as I paid."],
    "thing": ["{item}."],
}  # fmt: skip

CHATTY: Voice = {
    "name": "chatty", "held": False,
    "hello": ["Hey hey! Hope you're having a nice day. ", "hi!! so, funny story. "],
    "cancel": ["So my sister just gave me hers and now I don't need the {item} I ordered anymore, can we cancel that one?"],
    "cancel_id": ["I've thought about it and I don't want {order} after all, can you cancel it?"],
    "cancel_all": ["I'm a bit broke this month, so could we cancel whatever hasn't shipped yet? All of it!"],
    "cancel_part": ["Is there any way to take just the {item} out of my order? I still want the other stuff."],
    "whole_then": ["Ugh, ok, then just cancel the entire thing."],
    "leave_then": ["Oh well, then let's just leave it alone."],
    "return": ["The {item} you guys sent me isn't really my thing, so I wanna send it back."],
    "return_but": ["I wanna send back everything that came with the {other}, but I'm keeping the {item}, love it!"],
    "return_whole": ["Nothing in {order} works for me, can I send the whole lot back?"],
    "swap_in": ["I got my {item} and it's not quite right, could I swap it for {want}?"],
    "swap_out": ["About the {item} I just ordered, could you switch it to {want} before it ships?"],
    "two_in": ["I got the {item} and the {item2}, and I'd like to swap the {item} for {want}, and the {item2} for {want2}."],
    "two_out": ["Before my order ships, could you switch the {item} to {want} and also the {item2} to {want2}?"],
    "cheapest": ["whatever's cheapest"], "dearest": ["the priciest one you've got"],
    "rest": ["but otherwise the same as mine"], "one": ["a {x} one", "one that's {x}"],
    "like": ["exactly the kind of {item} that's in my {which} order"],
    "pay": ["Oh, and I'd rather pay for the {item} order with my {with}, can you change that?"],
    "ship": ["I'm moving! So the order with the {item} needs to go to {address}."],
    "ship_home": ["I think the order with the {item} is going to the wrong place, it should go to my home, the address in my profile."],
    "ship_other": ["The {item} order should go to the place where the {other} is going, same address."],
    "home": ["I've got a new place, so my account address should now be {address}."],
    "total": ["By the way, what did the order with the {item} cost me altogether?"],
    "track": ["Where's my {item} order, do you have a tracking number for me?"],
    "count": ["I'm curious, how many different {item} options can I get right now?"],
    "price": ["Do you know how much I paid for that {item}?"],
    "refund": ["And how much money do I get back, all together?"],
    "mind": ["Oh wait, no, let's do only the {item}, forget the other stuff."],
    "or_want": ["Or if you don't have that, {want} is fine too."],
    "or_return": ["And if that's not there, I'll just send it back."],
    "no_number": ["Haha no idea, I never keep those numbers."], "number": ["Let me see... it says {order}."],
    "needless": ["I just don't need it anymore."], "mistake": ["I clicked the wrong thing, it was an accident."],
    "paywith": ["Let's do my {with}."], "original": ["Whatever I paid with is fine."],
    "thing": ["The {item}!"],
}  # fmt: skip

FORMAL: Voice = {
    "name": "formal", "held": False,
    "hello": ["Good afternoon. ", "To whom it may concern: "],
    "cancel": ["I wish to have the order that contains the {item} cancelled."],
    "cancel_id": ["Kindly cancel the order numbered {order}."],
    "cancel_all": ["I wish to have every order cancelled that has not been shipped."],
    "cancel_part": ["I wish to have the {item} removed from my order, and nothing else."],
    "whole_then": ["Then I must ask you to cancel the order altogether."],
    "leave_then": ["In that case, do not change anything."],
    "return": ["The {item} does not meet my expectations and I wish to return it."],
    "return_but": ["Of the order containing the {other} I wish to return everything apart from the {item}."],
    "return_whole": ["I intend to return the complete order {order}."],
    "swap_in": ["The {item} which was delivered to me is to be exchanged for {want}."],
    "swap_out": ["I wish to modify my pending {item}; it should be {want}."],
    "two_in": ["Two delivered articles are to be exchanged: the {item}, for {want}, and the {item2}, for {want2}."],
    "two_out": ["I wish to modify two articles of my pending order: the {item} should be {want}, and the {item2} should be {want2}."],
    "cheapest": ["the least expensive one available"], "dearest": ["the one with the highest price"],
    "rest": ["all other features unchanged"], "one": ["one which is {x}", "one with the following: {x}"],
    "like": ["one identical to the {item} of my {which} order"],
    "pay": ["The order containing the {item} should be charged to my {with} instead."],
    "ship": ["Please have the order containing the {item} delivered to {address}."],
    "ship_home": ["The order containing the {item} should be delivered to the address in my profile."],
    "ship_other": ["The order containing the {item} should be delivered to the address given for the order containing the {other}."],
    "home": ["Please update the address of my account to {address}."],
    "total": ["What was the total amount of the order containing the {item}?"],
    "track": ["I require the tracking number of the order containing the {item}."],
    "count": ["I would like to know how many {item} options are currently available."],
    "price": ["What price did I pay for the {item}?"],
    "refund": ["What is the total amount to be refunded?"],
    "mind": ["I have reconsidered. Only the {item}, please; leave the other as it is."],
    "or_want": ["Should this not be available, {want} will do."],
    "or_return": ["Should this not be possible, I wish to return it."],
    "no_number": ["I do not have the order number."], "number": ["The number is {order}."],
    "needless": ["The article is no longer needed."], "mistake": ["It was ordered by mistake."],
    "paywith": ["Please use my {with}."], "original": ["The same method with which I paid."],
    "thing": ["The {item}."],
}  # fmt: skip

STREET: Voice = {
    "name": "street", "held": True,
    "hello": ["yo, ", "hey so "],
    "cancel": ["gotta drop the {item} order, don't want it no more.", "can you scrap the order with the {item}?"],
    "cancel_id": ["scrap {order} for me."],
    "cancel_all": ["kill all the orders that are still pending, yeah?"],
    "cancel_part": ["can you pull just the {item} from that order and leave the rest in there?"],
    "whole_then": ["fine, bin the whole order then."],
    "leave_then": ["nah, then just let it be."],
    "return": ["this {item} I got is no good, gonna return it.", "want to give the {item} back."],
    "return_but": ["sending back the whole lot that came with the {other}, only keeping the {item}."],
    "return_whole": ["{order} can go back, every single thing in it."],
    "swap_in": ["the {item} that came, wanna trade it for {want}.", "can I get {want} instead of the {item} I received?"],
    "swap_out": ["that {item} that hasn't shipped, gimme {want} instead.", "I'd rather have {want} for the {item} in my pending order."],
    "two_in": ["stuff arrived but I wanna trade the {item} for {want} and the {item2} for {want2}."],
    "two_out": ["my order that hasn't shipped: gimme {want} for the {item}, and {want2} for the {item2}."],
    "cheapest": ["the lowest priced one you got"], "dearest": ["the fanciest, like the one that costs the most"],
    "rest": ["keep the other specs"], "one": ["a {x} one", "something {x}"],
    "like": ["the exact one I have in my {which} order"],
    "pay": ["can the {item} order go on my {with} instead?"],
    "ship": ["the {item} order needs to go somewhere else: {address}."],
    "ship_home": ["the {item} order's going to the wrong spot, my profile's got the right address, use that."],
    "ship_other": ["ship the {item} order where you're shipping the {other}."],
    "home": ["just moved to {address}. fix my profile."],
    "total": ["what was the damage on the order with the {item}, total?"],
    "track": ["got a tracking number for the order with the {item}?"],
    "count": ["how many kinds of {item} are available rn?"],
    "price": ["what did that {item} cost me?"],
    "refund": ["so how much am I getting back altogether?"],
    "mind": ["hold on, scratch that. just the {item}."],
    "or_want": ["no luck? then {want}."],
    "or_return": ["if that's not a thing, I'm returning it."],
    "no_number": ["dunno the number."], "number": ["{order}"],
    "needless": ["don't need it."], "mistake": ["ordered it by accident."],
    "paywith": ["put it on my {with}."], "original": ["same as what I used."],
    "thing": ["the {item}"],
}  # fmt: skip

INDIRECT: Voice = {
    "name": "indirect", "held": True,
    "hello": ["Hello, sorry to bother you. ", "Dear team, "],
    "cancel": ["I was wondering whether it's still possible to stop my order, the one where I bought the {item}. I'd want it cancelled."],
    "cancel_id": ["It seems I won't be needing what's in {order}, so it would be great if it could be cancelled."],
    "cancel_all": ["None of my orders that are still open are needed now, so I'd ask you to cancel each of them."],
    "cancel_part": ["There's a {item} in one of my orders that I'd like to have taken off, if you can do that without touching the rest."],
    "whole_then": ["Understood. Then let's have the complete order cancelled."],
    "leave_then": ["Understood. Then I'd prefer that nothing is changed."],
    "return": ["What would I need to do to give the {item} back? I'd want to return it.", "It's about the {item} I received: I'd want to return that."],
    "return_but": ["There's an order with the {other} in it, and apart from the {item} I'd want to return all of it."],
    "return_whole": ["It's about {order}: I'd want to return it completely, every item."],
    "swap_in": ["It's about my {item}, which came already. What I'd need is {want}. Could it be exchanged?"],
    "swap_out": ["It's about my {item}, which is still pending. What I'd need is {want}. Could it be changed?"],
    "two_in": ["It's about two things that came already. For the {item} I'd need {want}, and for the {item2} {want2}. Could they be exchanged?"],
    "two_out": ["It's about a pending order. For the {item} I'd need {want}, and for the {item2} {want2}. Could they be changed?"],
    "cheapest": ["the one that costs the least"], "dearest": ["the one that costs the most"],
    "rest": ["leaving the other options alone"], "one": ["one in {x}", "a version with {x}"],
    "like": ["what I have in my {which} order, the same {item}"],
    "pay": ["My {with} would be a better way to pay for the order with the {item}. Could that be arranged?"],
    "ship": ["The place where the order with the {item} is going is wrong. It ought to be {address}."],
    "ship_home": ["For the order with the {item} I'd like the default address of my account to be used."],
    "ship_other": ["My order with the {other} has the right address. Could it be used for the order with the {item} too?"],
    "home": ["My account should have a different address from now on: {address}."],
    "total": ["Could I know what the order with the {item} came to?"],
    "track": ["I'd like to follow the order with the {item}. What's its tracking number?"],
    "count": ["Do you happen to know how many {item} options there are available at the moment?"],
    "price": ["Could I know what I was charged for the {item}?"],
    "refund": ["What will the refund be, in total?"],
    "mind": ["Sorry, on second thought, it should be just the {item} and nothing else."],
    "or_want": ["In case there isn't one, {want} would also work."],
    "or_return": ["In case that can't be had, returning it would be the alternative."],
    "no_number": ["I couldn't tell you the number, sorry."], "number": ["That would be {order}."],
    "needless": ["There's no need for it any longer."], "mistake": ["I'd put it in the order by mistake."],
    "paywith": ["I'd want to use my {with}."], "original": ["The way I paid for it originally would be best."],
    "thing": ["That would be the {item}."],
}  # fmt: skip

VOICES = (POLITE, TERSE, CHATTY, FORMAL, STREET, INDIRECT)


def wanted(option: str, value: str) -> str:
    """Words for one option of a version: ("waterproof", "yes") -> "waterproof", ("size", "M") -> "size M"."""
    low, name = value.lower(), option.lower().split("/")[0]
    if low in ("yes", "no"):
        adjective = {"water resistance": "water resistant"}.get(name, name)
        return adjective if low == "yes" else f"not {adjective}"
    if low == "none":
        return f"no {name}"
    if name == "size":
        return f"size {value}"
    vague = ("high", "low", "medium", "large", "small", "full", "half", "fixed", "dark", "light", "basic", "custom")
    if low in vague or low.replace(".", "").isdigit():
        return f"{value} {name}"
    return value if len(value) > 2 else f"{name} {value}"


def short(name: str, others: list[str]) -> str:
    """What people call a product: its last word where that is enough to tell it from the others they have."""
    words = name.lower().split()
    clash = [o for o in others if o != name and words[-1] in o.lower().split()]
    keep = words[-1] in ("set", "machine", "cleaner", "mat", "bed", "clock", "charger", "maker", "camera", "kit", "bulb", "light", "puzzle", "purifier", "camera")
    return name.lower() if clash or keep or len(words) == 1 else words[-1]
