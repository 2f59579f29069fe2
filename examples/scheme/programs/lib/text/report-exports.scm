(export report)
