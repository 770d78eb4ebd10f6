"""Writes a table of regression coefficients as ONNX, for a calibration made in another program or on paper.

    python3 coefficients.py table.csv model.onnx --intercept 98.72 --quantity wavelength --unit nm

The table is a CSV file with a heading row and two columns, x and coefficient, in the order of the points of a spectrum.
The coefficients are those for spectra as they are measured (or, with --snv, after the standard normal variate): for
example "B" rather than "weighted B", and an intercept that includes the mean of the reference values.

Runs with onnx 1.12 or later. The model computes in float64, because the products of large coefficients and similar
absorbances nearly cancel.
"""

import argparse
import csv
import json
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("table")
options.add_argument("model")
options.add_argument("--intercept", type=float, required=True)
options.add_argument("--quantity", required=True, help="wavelength, wavenumber, raman_shift or other")
options.add_argument("--unit", required=True, help="of x, for example nm or cm-1")
options.add_argument("--y-unit", help="of the spectra, for example absorbance")
options.add_argument("--snv", action="store_true", help="first subtract the mean of each spectrum and divide by its SD")
given = options.parse_args()

with open(given.table, newline="") as file:
    heading, *rows = csv.reader(file)
if heading != ["x", "coefficient"]:
    sys.exit(f"The heading of {given.table} must be x,coefficient")
x, coefficients = np.array([[float(cell) for cell in row] for row in rows]).T

constants = {"coefficients": coefficients.reshape(-1, 1), "intercept": np.array([given.intercept])}
nodes = []
if given.snv:
    constants["degrees of freedom"] = np.array([len(x) - 1.0])
    nodes = [
        helper.make_node("ReduceMean", ["spectra"], ["mean"], axes=[1]),
        helper.make_node("Sub", ["spectra", "mean"], ["centred"]),
        helper.make_node("ReduceSumSquare", ["centred"], ["squares"], axes=[1]),
        helper.make_node("Div", ["squares", "degrees of freedom"], ["variance"]),
        helper.make_node("Sqrt", ["variance"], ["deviation"]),
        helper.make_node("Div", ["centred", "deviation"], ["corrected"]),
    ]
nodes += [
    helper.make_node("MatMul", ["corrected" if given.snv else "spectra", "coefficients"], ["product"]),
    helper.make_node("Add", ["product", "intercept"], ["value"]),
]
graph = helper.make_graph(
    nodes,
    "Regression coefficients",
    [helper.make_tensor_value_info("spectra", TensorProto.DOUBLE, ["batch", len(x)])],
    [helper.make_tensor_value_info("value", TensorProto.DOUBLE, ["batch", 1])],
    [numpy_helper.from_array(array, name) for name, array in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
facts = {"x_quantity": given.quantity, "x_unit": given.unit, "x_values": json.dumps(x.tolist())}
if given.y_unit:
    facts["y_unit"] = given.y_unit
helper.set_model_props(model, {f"spectrakey.{name}": text for name, text in facts.items()})
checker.check_model(model)
save(model, given.model)
