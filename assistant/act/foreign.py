"""A polite answer to who writes in another language: that only English is spoken here, and that a colleague can be had.

Prepared sentences, for no model of the default's size can be trusted to write them. Knows no products.
"""

from __future__ import annotations

from assistant.act.context import Context
from assistant.act.plan import Plan

_SORRY: dict[str, str] = {
    "de": "Entschuldigung, ich bin der KI-Assistent von {shop} und verstehe nur Englisch. Bitte stellen Sie Ihre "
    "Frage auf Englisch, oder schreiben Sie „human“, dann rufe ich eine Kollegin oder einen Kollegen.",
    "fr": "Désolé, je suis l'assistant IA de {shop} et je ne comprends que l'anglais. Posez votre question en "
    "anglais, ou écrivez « human » et j'appellerai un collègue.",
    "es": "Lo siento, soy el asistente de IA de {shop} y solo entiendo inglés. Escriba su pregunta en inglés, o "
    "escriba «human» y avisaré a un compañero.",
    "it": "Mi dispiace, sono l'assistente IA di {shop} e capisco solo l'inglese. Scriva la sua domanda in inglese, "
    "oppure scriva «human» e chiamerò un collega.",
    "pt": "Desculpe, sou o assistente de IA de {shop} e só entendo inglês. Escreva a sua pergunta em inglês, ou "
    "escreva “human” e chamarei um colega.",
    "nl": "Sorry, ik ben de AI-assistent van {shop} en ik begrijp alleen Engels. Stel uw vraag in het Engels, of "
    "schrijf 'human', dan roep ik een collega.",
    "pl": "Przepraszam, jestem asystentem AI sklepu {shop} i rozumiem tylko angielski. Proszę zadać pytanie po "
    "angielsku albo napisać „human”, a wezwę pracownika.",
    "sv": "Tyvärr, jag är AI-assistenten för {shop} och förstår bara engelska. Ställ gärna din fråga på engelska, "
    "eller skriv ”human” så kallar jag på en kollega.",
    "da": "Beklager, jeg er AI-assistenten for {shop} og forstår kun engelsk. Stil gerne dit spørgsmål på engelsk, "
    "eller skriv ”human”, så kalder jeg på en kollega.",
    "no": "Beklager, jeg er AI-assistenten til {shop} og forstår bare engelsk. Still gjerne spørsmålet på engelsk, "
    "eller skriv «human», så tilkaller jeg en kollega.",
    "fi": "Pahoittelut, olen liikkeen {shop} tekoälyavustaja ja ymmärrän vain englantia. Kysythän englanniksi, tai "
    "kirjoita ”human”, niin kutsun työntekijän.",
    "cs": "Omlouvám se, jsem AI asistent obchodu {shop} a rozumím jen anglicky. Položte prosím otázku anglicky, "
    "nebo napište „human“ a zavolám kolegu.",
    "tr": "Üzgünüm, {shop} mağazasının yapay zekâ asistanıyım ve yalnızca İngilizce anlıyorum. Lütfen sorunuzu "
    "İngilizce yazın ya da bir çalışanımız için “human” yazın.",
    "ru": "Извините, я ИИ-ассистент магазина {shop} и понимаю только английский. Пожалуйста, задайте вопрос "
    "по-английски или напишите «human», и я позову сотрудника.",
    "uk": "Вибачте, я ШІ-асистент магазину {shop} і розумію лише англійську. Будь ласка, поставте запитання "
    "англійською або напишіть «human», і я покличу працівника.",
    "ar": "عذرًا، أنا المساعد الآلي لمتجر {shop} ولا أفهم إلا الإنجليزية. اكتب سؤالك بالإنجليزية، أو اكتب human "
    "لأستدعي أحد الزملاء.",
    "zh": "抱歉，我是 {shop} 的人工智能助手，只懂英语。请用英语提问，或输入 human，我会请同事来帮您。",
    "ja": "申し訳ありません。私は {shop} のAIアシスタントで、英語しか分かりません。英語で質問していただくか、"
    "human と入力していただければ担当者を呼びます。",
}  # fmt: skip

_OTHERWISE = (
    "I'm sorry, I am the AI assistant of {shop} and I only understand English. Please ask in English, or write "
    "“human” and I'll call a colleague."
)


def foreign(language: str, context: Context, plan: Plan) -> None:
    """Say, in `language` (ISO 639-1) where a sentence is prepared, that it must be English, and how to get a person."""
    shop = context.info.get("name", "this shop")
    plan.core.append(_SORRY.get(language, _OTHERWISE).format(shop=shop))
    plan.answered = False
