"""How each language says dates, times, money and order. Facts only; ``spoken`` puts them to work.

A language that is not here falls back to English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Coin:
    """A currency's words: one and many of the unit, one and many of its hundredth (empty: it has none)."""

    unit: str
    units: str
    hundredth: str = ""
    hundredths: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """One language. Patterns are ``str.format`` patterns over the names given beside them."""

    code: str
    weekdays: tuple[str, ...]  # Monday first
    months: tuple[str, ...]
    date: str  # day, month, year
    date_without_year: str  # day, month
    weekday_date: str  # weekday, date
    first_day: str  # how the first of a month is written
    full_hour: str  # hour, h12, half
    hour_minute: str  # hour, h12, half, minute (two digits), plain_minute
    written_time: str  # the same, for a message
    noon: str
    midnight: str
    date_time: str  # date, time
    decimal: str
    plus: str
    minus: str
    yes: str
    no: str
    amount: str  # major, minor: an amount of units and of hundredths
    written_amount: str  # symbol, number
    ordinals: str  # number, suffix
    coins: Mapping[str, Coin] = field(default_factory=dict)


_ENGLISH = Language(
    code="en",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date="{day} {month} {year}",
    date_without_year="{day} {month}",
    weekday_date="{weekday} {date}",
    first_day="1",
    full_hour="{h12} {half}",
    hour_minute="{h12}:{minute} {half}",
    written_time="{h12}:{minute} {half}",
    noon="12 noon",
    midnight="12 midnight",
    date_time="{date} at {time}",
    decimal=".",
    plus="plus",
    minus="minus",
    yes="yes",
    no="no",
    amount="{major} and {minor}",
    written_amount="{symbol}{number}",
    ordinals="{number}{suffix}",
    coins={
        "EUR": Coin("euro", "euros", "cent", "cents"),
        "USD": Coin("dollar", "dollars", "cent", "cents"),
        "CAD": Coin("dollar", "dollars", "cent", "cents"),
        "AUD": Coin("dollar", "dollars", "cent", "cents"),
        "GBP": Coin("pound", "pounds", "penny", "pence"),
        "CHF": Coin("franc", "francs", "centime", "centimes"),
        "INR": Coin("rupee", "rupees", "paisa", "paise"),
        "JPY": Coin("yen", "yen"),
    },
)

_ROMANCE_AND_GERMANIC_TIME = "{hour}:{minute}"

LANGUAGES: Mapping[str, Language] = {
    "en": _ENGLISH,
    "en-us": replace(
        _ENGLISH,
        code="en-us",
        date="{month} {day}, {year}",
        date_without_year="{month} {day}",
        weekday_date="{weekday}, {date}",
    ),
    "de": Language(
        code="de",
        weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        months=(
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ),
        date="{day}. {month} {year}",
        date_without_year="{day}. {month}",
        weekday_date="{weekday}, {date}",
        first_day="1",
        full_hour="{hour} Uhr",
        hour_minute="{hour} Uhr {plain_minute}",
        written_time=_ROMANCE_AND_GERMANIC_TIME,
        noon="12 Uhr",
        midnight="0 Uhr",
        date_time="{date} um {time}",
        decimal=",",
        plus="plus",
        minus="minus",
        yes="ja",
        no="nein",
        amount="{major} und {minor}",
        written_amount="{number} {symbol}",
        ordinals="{number}.",
        coins={
            "EUR": Coin("Euro", "Euro", "Cent", "Cent"),
            "USD": Coin("Dollar", "Dollar", "Cent", "Cent"),
            "GBP": Coin("Pfund", "Pfund", "Penny", "Pence"),
            "CHF": Coin("Franken", "Franken", "Rappen", "Rappen"),
        },
    ),
    "fr": Language(
        code="fr",
        weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        months=(
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ),
        date="{day} {month} {year}",
        date_without_year="{day} {month}",
        weekday_date="{weekday} {date}",
        first_day="1er",
        full_hour="{hour} heures",
        hour_minute="{hour} heures {plain_minute}",
        written_time="{hour} h {minute}",
        noon="midi",
        midnight="minuit",
        date_time="{date} à {time}",
        decimal=",",
        plus="plus",
        minus="moins",
        yes="oui",
        no="non",
        amount="{major} et {minor}",
        written_amount="{number} {symbol}",
        ordinals="{number}{suffix}",
        coins={
            "EUR": Coin("euro", "euros", "centime", "centimes"),
            "USD": Coin("dollar", "dollars", "cent", "cents"),
            "GBP": Coin("livre", "livres", "penny", "pence"),
            "CHF": Coin("franc", "francs", "centime", "centimes"),
        },
    ),
    "es": Language(
        code="es",
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        months=(
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ),
        date="{day} de {month} de {year}",
        date_without_year="{day} de {month}",
        weekday_date="{weekday} {date}",
        first_day="1",
        full_hour="{hour} horas",
        hour_minute="{hour} horas {plain_minute}",
        written_time=_ROMANCE_AND_GERMANIC_TIME,
        noon="12 del mediodía",
        midnight="12 de la noche",
        date_time="{date} a las {time}",
        decimal=",",
        plus="más",
        minus="menos",
        yes="sí",
        no="no",
        amount="{major} con {minor}",
        written_amount="{number} {symbol}",
        ordinals="{number}.º",
        coins={
            "EUR": Coin("euro", "euros", "céntimo", "céntimos"),
            "USD": Coin("dólar", "dólares", "centavo", "centavos"),
            "MXN": Coin("peso", "pesos", "centavo", "centavos"),
            "GBP": Coin("libra", "libras", "penique", "peniques"),
        },
    ),
    "it": Language(
        code="it",
        weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
        months=(
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ),
        date="{day} {month} {year}",
        date_without_year="{day} {month}",
        weekday_date="{weekday} {date}",
        first_day="1º",
        full_hour="ore {hour}",
        hour_minute="ore {hour} e {plain_minute}",
        written_time=_ROMANCE_AND_GERMANIC_TIME,
        noon="mezzogiorno",
        midnight="mezzanotte",
        date_time="{date}, {time}",
        decimal=",",
        plus="più",
        minus="meno",
        yes="sì",
        no="no",
        amount="{major} e {minor}",
        written_amount="{number} {symbol}",
        ordinals="{number}º",
        coins={
            "EUR": Coin("euro", "euro", "centesimo", "centesimi"),
            "USD": Coin("dollaro", "dollari", "centesimo", "centesimi"),
            "GBP": Coin("sterlina", "sterline", "penny", "pence"),
            "CHF": Coin("franco", "franchi", "centesimo", "centesimi"),
        },
    ),
    "pt": Language(
        code="pt",
        weekdays=(
            "segunda-feira",
            "terça-feira",
            "quarta-feira",
            "quinta-feira",
            "sexta-feira",
            "sábado",
            "domingo",
        ),
        months=(
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ),
        date="{day} de {month} de {year}",
        date_without_year="{day} de {month}",
        weekday_date="{weekday}, {date}",
        first_day="1º",
        full_hour="{hour} horas",
        hour_minute="{hour} horas e {plain_minute}",
        written_time=_ROMANCE_AND_GERMANIC_TIME,
        noon="12 horas",
        midnight="0 horas",
        date_time="{date}, às {time}",
        decimal=",",
        plus="mais",
        minus="menos",
        yes="sim",
        no="não",
        amount="{major} e {minor}",
        written_amount="{number} {symbol}",
        ordinals="{number}º",
        coins={
            "EUR": Coin("euro", "euros", "cêntimo", "cêntimos"),
            "BRL": Coin("real", "reais", "centavo", "centavos"),
            "USD": Coin("dólar", "dólares", "centavo", "centavos"),
            "GBP": Coin("libra", "libras", "penny", "pence"),
        },
    ),
    "nl": Language(
        code="nl",
        weekdays=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
        months=(
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ),
        date="{day} {month} {year}",
        date_without_year="{day} {month}",
        weekday_date="{weekday} {date}",
        first_day="1",
        full_hour="{hour} uur",
        hour_minute="{hour} uur {plain_minute}",
        written_time=_ROMANCE_AND_GERMANIC_TIME,
        noon="12 uur",
        midnight="0 uur",
        date_time="{date} om {time}",
        decimal=",",
        plus="plus",
        minus="min",
        yes="ja",
        no="nee",
        amount="{major} en {minor}",
        written_amount="{symbol} {number}",
        ordinals="{number}e",
        coins={
            "EUR": Coin("euro", "euro", "cent", "cent"),
            "USD": Coin("dollar", "dollar", "cent", "cent"),
            "GBP": Coin("pond", "pond", "penny", "pence"),
        },
    ),
}

SYMBOLS: Mapping[str, str] = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "BRL": "R$",
}


def language(tag: str) -> Language:
    """The language of a BCP 47 tag (``de``, ``en-US``, ``pt_BR``): exact, else its first part, else English."""
    lowered = tag.strip().lower().replace("_", "-")
    return LANGUAGES.get(lowered) or LANGUAGES.get(lowered.partition("-")[0]) or _ENGLISH
