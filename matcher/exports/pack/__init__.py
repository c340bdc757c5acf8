"""The month-end pack as files: one web page that needs nothing beside it, and one workbook."""
