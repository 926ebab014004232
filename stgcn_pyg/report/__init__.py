"""Reports made from JSON alone: of one run, and of the paper's experiments run again."""

from stgcn_pyg.report.reproduction import write_reproduction_report
from stgcn_pyg.report.run import write_run_report

__all__ = ["write_reproduction_report", "write_run_report"]
