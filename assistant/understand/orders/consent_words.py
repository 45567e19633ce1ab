"""The words that change nothing in a yes, those that refuse, and those that tell one of a list.

consent.py reads them. All but WORD, ORDER, JOINT, NAMED and ASKS are matched against words parted by single spaces,
where every yes is "yes". What isn't here is no agreement; a word that could put a yes off, limit it, make it depend on
something or turn it round must never come in.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+%?|[\U0001f44d\U0001f44c\U0001f44e\u274c\u2705\u2714]")
SIGNS = {"\U0001f44d": "yes", "\u2705": "yes", "\u2714": "yes", "\U0001f44c": "ok", "\U0001f44e": "no", "\u274c": "no"}
ORDER = re.compile(r"#\s?[a-z]{0,3}-?\d+|\b[a-z]{1,3}-?\d{3,}\b|\b\d{5,}\b")
YES = re.compile(r"y(?:e+s+|e+p+|e+a+h*|u+p+|e+h?|a+h?|a+s+|s|h)?|aye+|affirmative")
HEADS = ("ahead", "proceed", "please", "confirm", "correct", "absolutely", "definitely", "certainly", "perfect",
          "exactly", "agree", "agreed", "alright", "thanks", "sounds", "course")  # fmt: skip
"""Words of agreement that a slip is put right to."""
APPROVAL = frozenset(
    "ok okay k oki okie okey dokey dokie alright sure fine great good perfect correct lovely wonderful super "
    "superb awesome splendid fantastic excellent brilliant cool nice exactly precisely accurate true grand amazing "
    "ideal delighted".split()
)
"""Approval, which is a yes only where it stands alone."""
NOTHING = frozenset(
    "i you it that this them these those they all both everything is are be am i'm it's that's it'll "
    "that'll the a an "
    "my your our me us for to of with by and so then now do go please kindly well oh ah um uh hm hmm "
    "hmmm mhm er argh "
    "ugh phew very really quite totally completely fully 100% dear sir madam ma'am mate friend love "
    "buddy friends guys "
    "already finally quick quickly asap immediately today hello hi hey darling boss right order orders "
    "item items thing things request "
    "requests process processed submit arrange complete method original list full whole".split()
)
"""Words that take nothing from a yes and add nothing to it."""
GOOD = r"(?:all |just |quite |absolutely |totally |really )*(?:" + "|".join(sorted(APPROVAL)) + "|right|it)"
COURTESY = re.compile(
    r"\b(?:(?:many )?(?:thank (?:you|u|ya)|thanks?|thx|ty|cheers|ta)(?: (?:a lot|a million|so much|very much|kindly|"
    r"again|in advance|for (?:(?:all )?(?:your|the) )?(?:help|patience|time|assistance|support|quick (?:help|reply|"
    r"response))|for (?:asking|checking|helping|confirming|explaining|waiting)(?: (?:me|first|again))*))*|"
    r"(?:nah?|nope|no) (?=that's (?:all|everything|it)\b)|good (?:morning|evening|afternoon|day)|"
    r"sir or madam|no (?:problems?|worries|objections?|issues?|bother)|"
    r"(?:no|nothing) (?:(?:other|more|further|additional|else) )*(?:changes?|questions?|requests?|else|more|further|"
    r"to (?:add|change))(?: (?:from me|for now|to (?:add|change)))*|"
    r"(?:i )?(?:don't|do not) (?:need|want) anything else|why not|"
    r"i(?:'ve| have)? (?:just )?(?:double )?(?:read|checked)(?: (?:it|that|this|everything|all))?(?: twice| again)?|"
    r"(?:that|this|it)(?: would|'d| will|'ll) help(?: me)?(?: a lot| very much)?|(?:just |exactly )like "
    r"(?:that|this)|"
    r"i (?:think|believe|suppose) (?=(?:that|it)(?:'s| is) (?:all )?(?:right|correct|fine|good|ok))|"
    r"go on(?! then| and)|whenever you(?:'re| are) ready|as soon as (?:possible|you can)|(?:right|straight) away|"
    r"at once|"
    r"right now|you(?:'re| are) (?:an?|the) (?:angel|star|legend|gem|lifesaver|best|treasure)|"
    r"before (?:it|they) (?:ships?|goes|leaves?|go|leave)(?: out)?|"
    r"if (?:you (?:please|could|can|would|don't mind|like)|possible|(?:that|it)(?:'s| is) (?:ok|okay|possible|"
    r"alright|fine)|you think (?:so|it(?:'s| is) right|that(?:'s| is) right)))\b"
)
SEES = re.compile(
    r"\b(?:i (?:fully |do )?understand(?: (?:it|that|this|everything))?|understood|sorry(?: for \w+ \w+)?)\b"
)
"""What may stand beside a yes, and makes none of an "ok"."""
WANTS = re.compile(
    r"\b(?P<yes>yes|confirm|agree) (?:please |that )?i(?:'d| would| do)? (?:really |still )?(?:want|like|"
    r"need)(?: (?:it|that|this|them))?"
    r"(?: (?:you )?to)?\b"
)
EXPLICIT = re.compile(
    r"\b(?:(?:can|could|would|will) you (?:please |kindly )|(?:just|please|kindly) |let(?:'s| us) |lets |"
    r"you (?:can|may|could|should) (?:now |just )?|i(?:'d| would) like (?:you )?to |i want (?:you )?to )*"
    r"(?:go (?:right |straight )?ahead|go for it|go on (?:and|then)|continue|get (?:it|this|that) done|"
    r"proceed(?: accordingly)?|"
    r"do (?:it|that|so|this|both|them|all|the needful)(?: of (?:it|them))?|(?:please|kindly|you can|you may) do|"
    r"carry (?:on|it out)|make (?:it|this|that) (?:so|happen)|put it through|let's go(?: with (?:it|"
    r"that))?|so be it|(?:run|hit) it|fire away|(?:pull|press|push|hit) the (?:trigger|button))\b"
    r"(?: with (?:it|that|this|both|all|everything))?"
)
PLAIN = re.compile(
    r"\b(?:yes|absolutely|definitely|certainly|indeed|of course|by all means|obviously|naturally|approved?|agreed|"
    r"accepted|granted|confirm(?:ed)?|(?:it's )?a? ?deal|go go|roger(?: that)?|tick(?:ed)?|"
    r"thumbs up(?: from (?:me|us))?|green light|"
    r"(?:that|this|it)(?:'s| is) (?:(?:exactly |just )?(?:what|how) i(?:'d| would)? (?:want|wanted|like|"
    r"need|asked for|"
    r"meant)(?: it)?|the plan|in order)|you (?:may|can)|"
    r"i (?:so |hereby |do |can |fully )*(?:confirm|agree|accept|consent|approve)|i do(?= please| thanks?| "
    r"thank|$)|you have my (?:approval|permission|consent|agreement|blessing|ok|okay|go)|"
    rf"(?:that|this|it|everything|they|all)(?:'s| is| are|'re) {GOOD}|"
    rf"(?:that|this|it|all)(?: would|'d| will|'ll) (?:be {GOOD}|do)|(?:that|this|it|all)(?: all)? (?:works|suits)|"
    rf"(?:sounds|looks|seems|is) {GOOD}|i(?:'m| am)(?: very| quite| totally)? (?:sure|certain|delighted|"
    rf"(?:happy|fine|ok|okay|good|cool) with (?:that|this))|"
    rf"i(?:'d| would) (?:be|like|love) (?:that|this|it|delighted|happy|glad)|"
    rf"{GOOD} (?:by|with|for) me)\b"
)
INVERTED = re.compile(
    r"(?:(?:yes|ok|okay|and|so|well|sure|great|then) )*(?:(?:can|could|does|did|will|would|may|shall|should|have|has|"
    r"is|are|was) (?:i|you|we|they|he|she|it|that|this|there)|do (?:i|you|we|they))\b"
)
"""A question, with or without its mark."""
DECLINES = re.compile(
    r"\b(?:i|we|you)(?:'m| am|'re| are) (?:all |just |ok |fine )?(?:good|fine|ok|okay|alright|grand|cool)\b(?! with)|"
    r"^yes right$|\bcorrect (?:it|that|this|them)\b|\bi(?: \w+)? love (?!that|it|to)"
)
"""Friendly words for no: "I'm good, thanks"."""
ASKS = re.compile(
    r"\W*(?:(?:and|so|ok(?:ay)?|oh|also|by the way|then|but|(?:one|just one) more thing)\W+)*"
    r"(?:how|what|which|when|where|who|will|do|does|is|are|can|could|would|may)\b"
)
DENIES = re.compile(r"\b(?:no|not|never|\w+n't|cannot|wait|stop|mind)\b")
LIMITS_IT = re.compile(r"\b(?:why|how|what|where|who|except|without)\b")
AGAINST = re.compile(
    r"\b(?:no|not|never|none|nothing|\w+n't|cannot|wait|hold|stop|keep|stays?|leave|but|if|unless|until|"
    r"when|first|later|"
    r"tomorrow|next|wrong|too|think|ask|question|maybe|perhaps|rather|changed|what|how|why)\b"
)
"""Words that may put a yes off or turn it round, looked for where not every word is understood."""
NOT_NEEDED = re.compile(r"\b(?:(?:no longer|not) (?:needed|wanted)|don't need (?:it|them|that)(?: any ?more)?)\b")
TURNS = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:no|not|don't|wait|hold|stop|actually|sorry)\b|\b(?:instead|rather|scratch|but)\b"
)
"""What comes behind a yes and turns it round."""
ASIDE = re.compile(r"\bnothing (?:else|more)\b|\b(?:that|which)(?:'s| is) not going\b")
"""A no that tells things apart."""
UNKNOWN = re.compile(
    r"\b(?:\w+n't|not|never|cannot|forgot|no|without|could|afraid)\b[^.?!]{0,30}\bnumbers?\b|"
    r"\b(?:numbers?|reference) (?:i |is |'s )?(?:not|isn't|don't|do not|can't)\b|"
    r"\bi (?:don't|do not|haven't) (?:have|got) it\b"
)
WHICH = re.compile(
    r"\W*(?:(?:um+|uh+|er+|oh|so|well|sorry|just|only)\W+)*(?:(?:it|there)(?:'s| is| has| contains)|the|with|for|that|"
    r"this|those|these|all|both|"
    r"#?[a-z]{0,3}-?\d{3,}|orders?|my (?:\w+ ){0,2}(?:orders?|parcels?|packages?|purchases?))\b"
)
OF_ORDERS = re.compile(r"\b(?:orders?|parcels?|packages?|pending|ones?|where it's possible)\b|#|\b[a-z]{1,3}-?\d{3,}\b")
"""What tells which thing is meant begins and goes on like this."""
REFUSAL = re.compile(
    r"(?:(?:absolutely|definitely|certainly|surely|of course|oh|well|ok|okay|sorry|actually|please|so|just|better|"
    r"i'd rather|i would rather|i'd prefer|rather|but|argh|ugh) )*"
    r"(?:no|nope|nah|naw|not|never|do not|don't|do nothing|i refuse|i decline|i disagree|by no means|"
    r"under no circumstances|"
    r"(?:i|we) (?:do not|don't|can't|cannot|won't|will not|would not|wouldn't) "
    r"(?:want|agree|confirm|accept|consent|approve|like))"
    r"(?: (?:this|that|it|them|to|do|so|anything|any|more|anymore|proceed|go|ahead|thanks|thank|you|"
    r"please|sir|at|all|way|chance|not|no|never|ever|with|bother|process|very|much|want|necessary))*"
)
ALL_BUT = re.compile(
    r"\b(?:all|everything|both)(?: of (?:it|them|these|those))? (?:but|except|apart from|without|minus)\b"
)
JOINT = re.compile(r"(\band\b|\bor\b|\bbut\b|&|[,;.!\n]+(?:\s*(?:and|but)\b)?)")
ORDINALS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "first": 1,
    "former": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
}
NAMED = re.compile(
    r"\b(?:number|no|nr|option|point|part)\W+(?:(?P<a>[1-9])|(?P<name>one|two|three|four))\b|"
    r"\((?P<b>[1-9])\)|\b(?P<c>[1-9])(?:st|nd|rd|th)\b|"
    r"(?<!\bthe )(?<![\w#.,-])(?P<d>[1-9])(?![\w%]|\.\d)|"
    r"(?<!\bit )(?<!\bthat )(?<!\bthis )(?<!\bthem )\b(?P<word>first|second|third|fourth|fifth|sixth|last|"
    r"latter|former)\b"
)
"""What tells one of a list. "The 2" are two, not the second."""
LIMITS = frozenset("only just alone the one ones order orders item items number part to for from can".split())
DENY = frozenset("not no nope nah except without skip drop omit exclude leave out don't never hold wait".split())
