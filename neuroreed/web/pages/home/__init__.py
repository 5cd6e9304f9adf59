"""What a patient takes home: handouts, the home programme, the own view of care."""
