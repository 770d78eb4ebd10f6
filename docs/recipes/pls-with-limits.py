"""Calibrates a PLS regression and writes it as ONNX, with statistics that tell whether it is applicable to a spectrum.

    python3 pls-with-limits.py training.csv test.csv model.onnx

Both CSV files have one spectrum per row: its name, its reference value, then one column per point, headed by x. The
model returns the value of a spectrum, its Hotelling's T2 and its Q residual. The metadata of the file hold the x axis,
the limits of T2 and Q, and facts about the calibration. The RMSEP is that of the test spectra, and the results for them
are printed.

Runs with scikit-learn 1.2 and onnx 1.12 or later.
"""

import csv
import json
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save
from scipy import stats
from sklearn.cross_decomposition import PLSRegression

COMPONENTS = 2
CONFIDENCE = 0.99  # of the limits: about one in a hundred spectra of the calibrated kind is beyond each of them
X_QUANTITY, X_UNIT = "wavelength", "nm"
Y_UNIT = "log(1/R)"


def read(path):
    with open(path, newline="") as file:
        heading, *rows = csv.reader(file)
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows])
    names, x = [row[0] for row in rows], [float(cell) for cell in heading[2:]]
    return names, x, numbers[:, 1:], numbers[:, 0]


def t2_limit(samples, components):
    """The limit of T2 for a new spectrum, from the F distribution.

    N. D. Tracy, J. C. Young and R. L. Mason, Journal of Quality Technology 24 (1992) 88-95.
    """
    n, a = samples, components
    return a * (n**2 - 1) / (n * (n - a)) * stats.f.ppf(CONFIDENCE, a, n - a)


def q_limit(residuals):
    """The limit of Q, from the eigenvalues of the covariance of the calibration's residuals.

    J. E. Jackson and G. S. Mudholkar, Technometrics 21 (1979) 341-349.
    """
    eigenvalues = np.linalg.svd(residuals, compute_uv=False) ** 2 / (len(residuals) - 1)
    theta1, theta2, theta3 = (np.sum(eigenvalues**power) for power in (1, 2, 3))
    h0 = 1 - 2 * theta1 * theta3 / (3 * theta2**2)
    c = stats.norm.ppf(CONFIDENCE)
    return theta1 * (1 + c * h0 * np.sqrt(2 * theta2) / theta1 + theta2 * h0 * (h0 - 1) / theta1**2) ** (1 / h0)


if len(sys.argv) != 4:
    sys.exit(__doc__)
training_file, test_file, onnx_file = sys.argv[1:]
_, x, spectra, values = read(training_file)
names, test_x, test_spectra, test_values = read(test_file)
if test_x != x:
    sys.exit("The test spectra have another x axis than the training spectra.")

# The calibration. The scores of the training spectra are uncorrelated, so that their T2 needs only their variances.
# Spectra are centred but not scaled: with scale=True the graph below would have to divide by the deviations as well.
pls = PLSRegression(COMPONENTS, scale=False).fit(spectra, values)
scores = pls.transform(spectra)
score_deviations = scores.std(axis=0, ddof=1)


def predict(spectra):
    """The values, T2 and Q of spectra as scikit-learn computes them."""
    scores = pls.transform(spectra)
    t2 = np.sum((scores / score_deviations) ** 2, axis=1)
    q = np.sum((spectra - pls.inverse_transform(scores)) ** 2, axis=1)
    return pls.predict(spectra).ravel(), t2, q


predicted, t2, q = predict(test_spectra)
limits = {
    "t2_limit": t2_limit(len(spectra), COMPONENTS),
    "q_limit": q_limit(spectra - pls.inverse_transform(scores)),
}
rmsep = np.sqrt(np.mean((predicted - test_values) ** 2))

# The same as a graph. Centring comes first: without it, float32 loses digits in the differences of large sums.
points = len(x)
constants = {
    "mean": spectra.mean(axis=0, keepdims=True),
    "rotations": pls.x_rotations_,
    "loadings": pls.x_loadings_.T,
    "deviations": score_deviations.reshape(1, -1),
    "coefficients": pls.y_loadings_.T,
    "mean value": values.mean().reshape(1, 1),
}
graph = helper.make_graph(
    [
        helper.make_node("Sub", ["spectra", "mean"], ["centred"]),
        helper.make_node("MatMul", ["centred", "rotations"], ["scores"]),
        helper.make_node("MatMul", ["scores", "coefficients"], ["difference"]),
        helper.make_node("Add", ["difference", "mean value"], ["value"]),
        helper.make_node("Div", ["scores", "deviations"], ["scaled"]),
        helper.make_node("ReduceSumSquare", ["scaled"], ["t2"], axes=[1]),
        helper.make_node("MatMul", ["scores", "loadings"], ["reconstructed"]),
        helper.make_node("Sub", ["centred", "reconstructed"], ["residual"]),
        helper.make_node("ReduceSumSquare", ["residual"], ["q"], axes=[1]),
    ],
    "PLS with T2 and Q",
    [helper.make_tensor_value_info("spectra", TensorProto.FLOAT, ["batch", points])],
    [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 1]) for name in ("value", "t2", "q")],
    [numpy_helper.from_array(array.astype(np.float32), name) for name, array in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
facts = {
    "x_quantity": X_QUANTITY,
    "x_unit": X_UNIT,
    "x_values": x,
    "y_unit": Y_UNIT,
    **limits,
    "rmsep": rmsep,
    "reference_min": values.min(),
    "reference_max": values.max(),
    "calibration_samples": len(spectra),
    "calibration_min": spectra.min(axis=0).tolist(),
    "calibration_max": spectra.max(axis=0).tolist(),
}
texts = {name: fact if isinstance(fact, str) else json.dumps(fact) for name, fact in facts.items()}
helper.set_model_props(model, {f"spectrakey.{name}": text for name, text in texts.items()})
checker.check_model(model)
save(model, onnx_file)

print("sample,measured,predicted,T2,Q")
for row in zip(names, test_values, predicted, t2, q):
    print("{},{},{:.6f},{:.6f},{:.8f}".format(*row))
print("limit,,,{t2_limit:.6f},{q_limit:.8f}".format(**limits))
print(f"RMSEP {rmsep:.4f}")
