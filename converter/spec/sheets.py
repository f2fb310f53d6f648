"""The sheets of the workbook, and the rows where its data stands. Source: D."""

MODE_EMPLOI = "Mode d'emploi"
PARAMETRES = "Paramètres"
DEMANDES = "Demandes"
BENEFICIAIRES = "Bénéficiaires"
PIECES = "Pièces"
LISTES = "Listes"
DATA_SHEETS = (DEMANDES, BENEFICIAIRES, PIECES)

TAG_ROW, HEADING_ROW, FIRST_ROW = 1, 2, 3
"""The Excel rows of the machine tags (hidden), the French headings and the first request."""
