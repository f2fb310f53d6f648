"""What several test files need: workbooks, lots, a whole cycle with the portal, kills."""
