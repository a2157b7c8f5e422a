"""Answers questions about torch, one JSON line in, one out: a list of cases, the list of their answers.

Started by differential.test.ts and kept running. The first line it writes names torch's version.
"""

import json
import sys
import warnings

import torch

from beyond import evaluate_beyond
from confirm import Disagreement, confirmed
from ctc import evaluate_ctc
from expressions import evaluate
from formula_programs import evaluate_formula
from old_release import IS_OLD
from reference import answer
from row_losses import evaluate_row_loss
from rowwise import evaluate_rows
from second_derivatives import evaluate_second


def respond(case):
    if "formula" in case or "formulaLoss" in case:
        return evaluate_formula(case)
    if "beyond" in case:
        return evaluate_beyond(case)
    if "second" in case:
        return evaluate_second(case)
    if "rowwise" in case:
        return evaluate_rows(case)
    if "rowLoss" in case:
        return evaluate_row_loss(case)
    if "ctc" in case:
        return evaluate_ctc(case)
    if "casesOf" in case:
        # Imported when asked for: it takes seconds.
        from torch_cases import cases_of

        return cases_of(case["casesOf"])
    if "program" in case:
        return evaluate(case)
    found = answer(case)
    try:
        found["confirmed"] = confirmed(case, found)
    except Disagreement as disagreement:
        return {"disagreement": str(disagreement)}
    return found


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print(json.dumps({"torch": torch.__version__.split("+")[0], "old": IS_OLD}), flush=True)
    for line in sys.stdin:
        print(json.dumps([respond(case) for case in json.loads(line)]), flush=True)


if __name__ == "__main__":
    main()
