"""What all tests share: hypothesis draws the same examples on every machine, however loaded; openpyxl opens quickly."""

from hypothesis import settings
from openpyxl.worksheet.merge import MergedCellRange

settings.register_profile("segur-hop", deadline=None, derandomize=True)
settings.load_profile("segur-hop")

# It draws the border of merged cells anew at each opening: of ours, whose sheet of instructions is merged all over,
# that was two thirds of the time. No test looks at those borders.
MergedCellRange.format = lambda _: None
