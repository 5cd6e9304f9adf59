"""What charts say, in English and Spanish."""

from __future__ import annotations

WORDS = {
    "en": {
        "date": "Date",
        "measurements": "{n} measurements",
        "band": "Within error of the start",
        "no_error": "Measurement error is not on file",
        "important": "Important change",
        "goal": "Goal",
        "path": "Expected by own data",
        "visits": "Visits",
        "plan": "Plan",
        "empty": "No measurement yet",
        "axis": "The axis starts at {n}.",
        "higher": "Higher is better.",
        "lower": "Lower is better.",
        "from_to": "from {a} on {b} to {c} on {d}",
        "unverified": "unverified",
    },
    "es": {
        "date": "Fecha",
        "measurements": "{n} mediciones",
        "band": "Dentro del error del inicio",
        "no_error": "No hay error de medida",
        "important": "Cambio importante",
        "goal": "Meta",
        "path": "Esperado por sus datos",
        "visits": "Visitas",
        "plan": "Plan",
        "empty": "Aún no hay medición",
        "axis": "El eje empieza en {n}.",
        "higher": "Más alto es mejor.",
        "lower": "Más bajo es mejor.",
        "from_to": "de {a} el {b} a {c} el {d}",
        "unverified": "sin verificar",
    },
}
