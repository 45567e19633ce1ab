"""What counts as a yes to a proposal, and what doesn't: many wordings of both, said to the same question.

The wordings were written before the code that reads them. A write is made only where an answer is understood as a yes
from its first word to its last.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import orders_shop
import pytest
from sqlalchemy import select

from assistant.act.context import Context
from assistant.orders import Answer, OrderTalk
from assistant.shop.catalogue import Catalogue
from assistant.shop.embed import default_embedder
from assistant.shop.schema import ShopInfo
from assistant.types import CustomerRef, Json
from assistant.understand.orders import consent, wording

YES = """
yes
Yes.
YES
yes!!!
Y
yep
yup
yeah
yea
yess
yeh
ye
ya
aye
aye, go on
yes yes
yes please
yes pls
yes plz
Yes, thank you.
yes thanks a lot
ok
okay
ok yes
okay, do it
ok go ahead
oki
okey dokey
alright
all right then, go ahead
sure
sure, go ahead
Sure thing!
of course
certainly
absolutely
absolutely, yes
definitely
indeed
by all means
please do
Please do so.
Please proceed.
proceed
Please go ahead.
go ahead pls
go on then
go for it
yeah go for it
do it
just do it
do that please
let's do it
lets go ahead
Let's do that, thanks.
confirmed
I confirm
I confirm.
I can confirm that, please proceed.
confirm
I agree
agreed
I do
that's right
that is correct
Correct.
correct, please go ahead
that's fine
thats fine by me
fine with me
fine, go ahead
sounds good
Sounds good to me, thank you!
looks good
that works for me
perfect
Perfect, thanks. Yes.
great, yes please
that would be great
That'd be lovely, thank you
yes that would be great, cheers
yes, that's all correct
yes that is what i want
Yes, that's exactly what I want. Please go ahead.
yes i want that
yes, I'm sure
Yes, I am sure. Please proceed.
yes i am 100% sure
Yes, I'd like to proceed.
Yes, I would like to proceed with that.
Yes, I would like you to go ahead.
Yes, please proceed with the return.
yes, please return it
yes return the mugs
Yes, go ahead and return the mugs.
Yes, please go ahead with the return of the mugs.
yes, process the return please
Yes, I confirm the return.
Yes, I want to return them.
Yes. Thank you for your help!
Yes, please. Thank you so much for your patience.
Yes, I agree to that.
Yes, that's ok for me.
yes it is ok
yes of course
yes, correct, go ahead
Yes, I understand. Please go ahead.
Yes, you can go ahead.
you can go ahead
You may proceed.
yes you may
yes my friend, do it please
yes mate
yes sir
Yes, dear, please do that for me.
yes go ahed
yse
yes plese do it
oh yes
well yes, please
um yes
hm, ok, yes go ahead
yes, all good
all good, go ahead
no problem, go ahead
no worries, go for it
Yes, that's everything.
Yes, nothing else, thanks.
Yes please, as soon as possible.
Yes, do it now please.
go ahead right away
Hi, yes, please go ahead.
Thanks, yes.
thank you, please proceed
Yes, please go ahead. How long will the refund take?
Yes, kindly proceed.
yes, do proceed
That is fine with me, please continue
Yes that's perfect thank you so much!!
yep, looks right to me
yes mate go for it
Yup do it, ta
Yes, let's get it done.
yeah sure why not
sure, why not
yes all right
yes I confirm that I want to return the mugs
Yes please, return both mugs.
Yes, I'd like to return the mugs.
Yes, I agree with the return.
I agree, please proceed with the return.
Yes, please refund my Visa.
Yes, refund to the Visa is fine.
Yes, the mugs.
Yes, that order.
Yes, order #W1000002.
#W1000002, yes
correct, order #W1000002
Correct. Thank you.
YES PLEASE DO IT NOW
ok do it now
ok yes please proceed
okay then, go ahead
All correct, please go ahead.
everything is correct
All fine.
that's perfect, go ahead
Yes, everything looks good.
Yes everything is right
yes, please, right away
Yes, immediately please.
yes as soon as you can
yes pleaase
yes thx
yes ty
y pls
Yh go ahead
aye do it
yes darling
yes love, go on
ya please do
yes that is okay
yes it's ok
yes is ok
is ok for me, yes
for me is ok, yes
yes i agree
yes i accept
Yes, I am happy with that.
I'm fine with that
I'm happy with that, go ahead
I am okay with this. Proceed.
You have my permission.
please process it, yes
yes, process it
Yes, please process that.
Yes, sorry for the trouble.
absolutely!
Definitely. Go ahead.
Sure thing, thanks
Of course, please do.
do it please, thank you
Yes, that sounds great. Please do it.
Sounds perfect
Good, do it.
👍
✅
yes 👍
ok 👌
That is what I want, yes
It's what I asked for, go ahead
let's go
let's go ahead
Yes, and thank you.
thank you, yes
Hi! Yes please.
Yes ma'am
yes boss
yes, confirmed, thank you
I hereby confirm.
I do confirm
I approve
approved
Go ahead, no problem.
No problem. Go ahead.
""".strip().split("\n")
NO = """
no
No.
nope
nah
nay
no thanks
no thank you
No, thank you very much.
absolutely not
definitely not
certainly not
of course not
surely not
please do not
Please do not.
please don't
pls dont
Please don't do that.
please do nothing yet
do nothing
don't do it
dont
do not proceed
don't go ahead
Please do not go ahead.
I do not want this
I do not want that any more
i dont want it anymore
I do not agree
I don't agree with that
i disagree
I confirm nothing
I do not confirm
I can't confirm that
not confirmed
not ok
not okay with me
that's not ok
that is not fine
that's not right
that's not correct
not correct
incorrect
That's wrong.
not yet
not now
not sure
I'm not sure
yeah no
yeah, no thanks
yeah nah
nah yeah nah
yes no
yes and no
ok no
okay then no
sure, no
yes... no
Yes. Actually no.
yes wait no
yes - no, wait
yes, but no
I agree that the colour is nice but no
that's ok, never mind
that's ok, don't bother
that's fine, no need
that's fine, I'll keep it
that's fine, I will keep them
ok I'll keep it then
ok, leave it
okay leave it as it is
alright, forget it
sure, forget it
ok, forget about it
fine, cancel the whole thing
fine, then I don't want it
good, then leave everything as it is
great, but I changed my mind
yes I changed my mind
perfect, but I'd rather keep it
I'd rather not
I would rather not
rather not
i'd prefer not to
better not
yes but I'd rather not
please stop
ok stop
stop
stop, yes I said no
never
never ever
no way
no chance
not at all
by no means
under no circumstances
hell no
not a chance
I refuse
yes, I refuse
I do have a question first
yes, I have a question
yes please, i have a question
ok but one question
sure, one question before that
yes but first tell me what it costs
yes, wait
wait
hold on
ok hold on
okay wait a minute
yes, one moment
just a second
yes hang on a sec
yes, give me a minute
sure, let me think about it
yes let me check first
ok let me ask my wife first
okay I need to ask my husband
yes I will ask my husband
yes, I must think first
I do need to think about it
ok I'll get back to you
ok I will tell you tomorrow
yes, tomorrow
yes, later
yes but later
ok maybe later
do it later
do it next week
so do that later
ok then do it tomorrow morning
go ahead next monday
please proceed next week
yes, after my holiday
yes when I am back home
yes as soon as I have found the box
yes, once my money arrived
confirm the amount first please
please confirm the amount
confirm what exactly
go ahead and tell me how long it takes
go ahead and explain
proceed to explain
you can do that? great
yes? you can do that?
yes?
ok?
sure?
really?
yes I'd like to know if I need to pay shipping
Yes, why would I need the lamp
yes, what happens with my money
yes how much do i get
ok and how much is it
yes, is it free?
is that right?
is that correct?
sounds good, what does it cost?
that sounds good but how much is it?
ok what about shipping
yes, if it's free
yes if i don't have to pay anything
only if it is free
ok, as long as it costs nothing
yes, provided that I get all my money back
yes unless it costs extra
yes, but not if it costs something
please proceed carefully, i have not decided
maybe
maybe yes
perhaps
yes, maybe
yes, maybe not
ok, not really
i guess not
I think not
I don't think so
yes i don't know
hmm, i am unsure
yes, I'm not so sure any more
yes but I am unsure
i'm still thinking
yes I doubt it
that's a lot of money
that sounds bad
sounds good but no
looks good but no thanks
sounds too expensive
yes too expensive
yes that is a scam
yes, you are wrong
yes you misunderstood me
yes but that's the wrong item
yes but to a different address
yes but with paypal
yes, but in blue
yes, only the red one
yes, except the mugs
yes i have already told you no
yes I would like a refund without sending it back
right, I don't want that
right, so nothing for me
correct, I said no
of course I don't want that
of course i want to keep it
absolutely no
definitely no
definitely the wrong one
certainly no
indeed not
agreed, it is a bad idea
I agree it is too much
ok whatever, no
ok bye
ok so it is not possible
ok I see
okay, I understand, so I can't keep it
yes, I was about to say no
no yes no
no, yes, I mean no
nein
nee
no gracias
non merci
no pls
no mate you're alright
you're alright, leave it
nah you're grand
ach no
och naw
naw
yeah right, as if
yeah right
I do not think that is what I asked for
i do mind
I do object
I do regret it now
do you think it is good?
do it and I will sue you
do that and I'm gone
do what?
go ahead, make my day, I still say no
please go away
go on about something else
please proceed with nothing
cancel that
undo that
abort
yes abort
ok abort
yes stop it
Yes, stop!
please cancel what you are about to do
yes please cancel that request
yes please don't
yes do not
yes dont do it
yes not
yse no
ok but dont
okay, then not
fine, then not
I want it not
I not want
not want
yes i not want
yes, me no want this
is ok, no need more
not necessary
yes it's not necessary any more
yes, unnecessary
ok no need
all good, no need
all good, I keep it
no problem, I keep it
no problem, then not
no worries, leave it
great, so nobody helps me
wonderful, another no
sure, why would I
sure, and pigs fly
yes, in your dreams
yes I'd go ahead if I were you, but I'm not
go ahead and see if I care
ok but I will complain
okay then I'll send it myself
yes I'll do it myself
I'll do it
I will go ahead with it tomorrow
you should do nothing
yes you should stop
yes go away
that is all I wanted to know, thanks
thanks, that's all
That's everything, thank you.
that's all
thanks
thank you very much
hello
please
I see
understood
ok understood
ok, I understand
noted
yes, noted, let me sleep on it
I'm good
I'm good thanks
we're fine thanks
no I'm fine with what I have
yes I am fine
it's fine, I like them after all
ok I like it actually
I want it
I want it back
ok I want to keep everything
sure, keep it
ok, please keep the order
fine, but I keep the mugs
yes - to keeping it
can you do it
can you do that for me
would you do it
could you go ahead without a refund
is it right
is that all
do you agree
do I have to
did you do it
have you done it
are you sure
are you sure that's right
yes are you sure
yes can I think about it
yes could you wait
go ahead? no
do it? never
confirm? not yet
ok, ok, ok, stop
yes stop right there
yes please stop
yes please hold
yes please hold on
please hold
ok pause
Yes, in a week
yes, in two days
Yes on Friday
do it on monday please
yes tonight
ok tmrw
yes soon
yes eventually
yes one day
yes in principle
yes theoretically
in principle yes
well yes and no
kind of
sort of yes
yes, half
sure, partly
yes partially
probably yes
likely
most likely yes
I guess
i suppose so
ja nein
yes/no
yes or no
Yes (no)
yesn't
yes not really
yes, hardly
yes, barely
ok, nearly
yes nothing
yes to nothing
agreed to nothing
confirm none
proceed with none of it
do none of that
do neither
neither
yes to the exchange, not the return
yes an exchange please
yes exchange it
yes but exchange it for a bigger one
yes cancel
yes, cancel everything
ok cancel
cancel please
cancel it
please cancel that
yes send me a new one
yes send me new mugs
yes, a replacement
yes, store credit please
yes but give me store credit
yes, to my bank account
yes, my new card
yes, a different card
yes the other card
yes with another card
yes to my paypal please
Yes, I would love to hear more
I would like to hear the options
i'd like that explained
I want that explained
yes explain please
yes tell me more
ok tell me more
go on, tell me more
go on
go on?
proceed to the manager
yes I want a human
yes get me a person
you do that and you lose a customer
perfect, you ruined it
great, just great
wonderful, simply wonderful, I hate it
thanks for nothing
no thanks to you
right
right...
ok, whatever
whatever
do whatever
do whatever you like
i don't care
idc
meh
lol
haha yes
yes haha
yes lol
of course not, why would I
of course you would say that
surely you are joking
absolutely ridiculous
definitely overpriced
indeed a shame
certainly odd
sure as hell not
fine print please
good grief
good luck
good question
good bye
goodbye
great question
nice try
nice one
all good things come to an end
cool down
correct it first
correct the address
correct that please
right that wrong
exactly what I feared
exactly the opposite
exactly not
true but no
true, but I'd like to wait
yes yes yes no
no no no
👎
❌
yes 👎
yes, I don't
y not
y tho
k no
k wait
kk nvm
ok nvm
nvm
nm
never mind yes
scrap that
yes scrap that
yes forget it
yes leave it
leave it
leave it be, thanks
keep it as is
all ok as it is
ok as is
it's ok like this, leave it
I am happy with it as it is
I am happy with my mugs
I'm happy
yes I am happy with them now
i want my mugs
I agree with my wife
I accept no refund
i accept the mugs as they are
i approve of nothing
you have my sympathy
you have my word I won't
you have my number
yes for you, no for me
i do, but not now
i do not
i did
i do wonder
i do like them
I do like it
I do love them
that works against me
that works for my neighbour
that suits nobody
that would be great if it was free
that would be great, but later
that would be stupid
that will be too late
it would be better not
let's do it later
let's do something else
let's wait
lets not
let's not do that
let me do it
let it be
let go
go for the exchange
go for something else
make it stop
make it two
make it blue
make that three
do it twice
do it again
do both and the lamp
do all but the mugs
all except the mugs
both? no
carry on without me
carry on shopping
put it on hold
so be it, I'm leaving
deal breaker
no deal
deal with it later
granted, but no
granted, it is late
approved by my wife? not yet
accepted nothing
obviously not
obviously wrong
naturally I decline
by all means no
by all means don't
if possible not
if you could wait
if you must
if you like me, wait
yes if you refund the shipping too
yes if possible tomorrow
""".strip().split("\n")
PART = """
yes to the first, no to the second
(1) yes, (2) no
1 yes 2 no
1: yes, 2: no
yes but only the first one
yes, but not (2)
yes, only the first
only the first one please
just number 2 please
yes just the second
just the first
the first one yes
yes for 1
yes to number one
yes to one of them
go ahead with the first
please proceed with (1)
yes, 1 only
yes the first but not the second
not the second one
yes except the second
everything but the first
yes without the second
the second one can wait
yes, the latter
the former yes
yes, the last one only
do the first one
ok for the first
only one of them
one of the two
yes half of it
yes, not both
not all of them
yes skip the second
yes drop number 2
yes, leave out the first
1
2
option 1
first
ok 2
yes 1st
yes 2nd only
yes, but hold the second one for now
""".strip().split("\n")
ALL = """
yes to both
both please
yes, both of them
do both
yes, all of them
yes for all
yes to everything
go ahead with both
yes, 1 and 2
(1) yes, (2) yes
yes, the first and the second
all of it, yes
Yes, please do both.
Yes, both. Thank you!
yes for both orders
""".strip().split("\n")

Say = Callable[[str], tuple[list[Json], str]]
"""Says one answer to the proposal: the writes that it makes, and what is answered."""


def _opened(path: Path, *turns: str) -> Say:
    """A conversation of Mia's up to the proposal; every answer is given to a copy of it."""
    db = orders_shop.order_shop(path / "shop.db")
    with db.write() as session:
        orders_shop.add_order(session, "#W1000005", "mia", "delivered", "card_1", [("B-42", 1)])
        info = {r.key: r.value for r in session.scalars(select(ShopInfo))}
    catalogue = Catalogue(db)
    talk = OrderTalk(db, catalogue)
    now = orders_shop.NOW
    context = Context(catalogue, None, default_embedder().encode, info, "en_IE", now, now, done_before=True)

    def take(text: str, data: Json) -> Answer | None:
        return talk.take(text, [], data, context, CustomerRef("mia"), "c")

    opened: Json = {}
    for turn in turns:
        take(turn, opened)
    assert opened["asked"] == "confirm", opened

    def say(text: str) -> tuple[list[Json], str]:
        answer = take(text, copy.deepcopy(opened))
        return (answer.writes, " ".join(map(str, answer.plan.core))) if answer else ([], "")

    return say


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """The mugs are about to be returned."""
    return _opened(tmp_path_factory.mktemp("back"), "return the mugs from order #W1000002, money back to the visa")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """(1) the mugs of one order and (2) the boots of another are about to be returned."""
    return _opened(
        tmp_path_factory.mktemp("two"),
        "I want to return the mugs from #W1000002 and the boots from #W1000005, money back to the visa",
    )


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_carried_out(back: Say, text: str) -> None:
    assert [w["action"] for w in back(text)[0]] == ["return_delivered_order_items"]


@pytest.mark.parametrize("text", NO)
def test_what_is_no_yes_writes_nothing(back: Say, two: Say, text: str) -> None:
    assert back(text)[0] == []
    assert two(text)[0] == []


@pytest.mark.parametrize("text", ALL)
def test_a_yes_to_all_that_is_listed(two: Say, text: str) -> None:
    assert len(two(text)[0]) == 2


@pytest.mark.parametrize("text", PART)
def test_a_yes_to_some_of_it_is_none_to_all(two: Say, text: str) -> None:
    assert two(text)[0] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("yes to the first, no to the second", "Mug"), ("(1) yes, (2) no", "Mug"), ("only the second please", "Boots"),
        ("everything but the first", "Boots"), ("yes, but not (2)", "Mug"), ("just number 2", "Boots"),
    ],
)  # fmt: skip
def test_what_was_chosen_by_number_is_proposed_alone(two: Say, text: str, left: str) -> None:
    _, told = two(text)
    other = {"Mug": "Boots", "Boots": "Mug"}[left]
    assert left in told and other not in told


@pytest.mark.parametrize(
    "text", ["absolutely not", "of course not", "Please do not.", "that's ok, never mind", "no way"]
)
def test_a_refusal_is_the_end_of_it(back: Say, text: str) -> None:
    assert "leave that as it is" in back(text)[1]


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("Yes. And I'd like to return the lamp from #W1000002 too.", 0),
        ("Yes, please go ahead. Also cancel order #W1000001, I don't need it any more.", 1),
        ("I don't have the number, it's the one with the mugs. Yes, please.", 1),
        ("Yes, and cancel order #W1000001 too, no longer needed.", 1),
        ("Wait, no. Cancel order #W1000001. Yes.", 0),
    ],
)
def test_a_yes_with_a_request_of_its_own(back: Say, text: str, writes: int) -> None:
    assert len(back(text)[0]) == writes


def test_it_takes_no_vocabulary_to_refuse() -> None:
    """A word that nobody listed makes a yes none."""
    for word in ("florps", "überhaupt", "zzz", "mañana"):
        assert not consent.agreed(consent.parts_of(wording.mend(f"yes {word}")))


@pytest.mark.parametrize(
    "text",
    [
        "yes for you, no for me", "yes, the lamp, no wait, not the mugs", "Yes, return the mugs, no sorry, nothing",
        "I'd rather keep them. Yes, I'm sure.", "I will ask my husband first. Yes.", "The mugs stay. Yes.",
        "Don't send them back. Yes, really.", "I have a question. Yes.", "yes please. wait",
        "Yes. Exchange the mugs for blue ones.", "yes, and exchange them for a lamp", "Yes. Cancel it instead.",
    ],
)  # fmt: skip
def test_a_yes_beside_a_no_is_none(back: Say, text: str) -> None:
    """Also where a slip in the message is put right, which takes the "no" out of it."""
    assert back(text)[0] == []
