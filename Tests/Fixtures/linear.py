"""linear.json: linear models as scikit-learn fits them, and the perceptron by a loop.

Features are multiples of 1/128, so that float32 holds them. Coefficients are
of the features as they are; lambda is the weight of the penalty beside the
sum over the rows.
"""

import numpy as np
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.svm import SVC

ROWS, COLUMNS = 60, 4


def document():
    """The whole family."""
    generator = np.random.default_rng(11)
    features = grid(generator.normal(size=(ROWS, COLUMNS)))
    features[:, 3] = grid(features[:, 0] + 0.1 * features[:, 3])  # two columns that say nearly the same
    values = features @ [1.5, -2.0, 0.0, 0.5] + 0.75 + 0.5 * generator.normal(size=ROWS)
    values = grid(values)
    labels = (features @ [1.0, -1.0, 0.5, 0.0] + generator.normal(size=ROWS) > 0.2).astype(int)
    three = np.digitize(features @ [1.0, 1.0, -0.5, 0.0] + 0.7 * generator.normal(size=ROWS), [-0.8, 0.8])
    separable = (features @ [1.0, -0.5, 0.25, 0.0] > 0.1).astype(int)
    return {
        "description": "Coefficients and least values of linear models; mistakes of the perceptron.",
        "columns": COLUMNS,
        "features": features.flatten().tolist(),
        "values": values.tolist(),
        "labels": labels.tolist(),
        "threeLabels": three.tolist(),
        "separable": separable.tolist(),
        "fits": list(fits(features, values, labels, three)),
        "perceptron": [perceptron("separable", features, separable), perceptron("labels", features, labels)],
    }


def fits(x, y, labels, three):
    model = LinearRegression().fit(x, y)
    yield fit("linear", 0, model.coef_, model.intercept_, squares(x, y, model))
    for strength in (0.5, 20.0):
        model = Ridge(alpha=strength, tol=1e-14, solver="svd").fit(x, y)
        yield fit("ridge", strength, model.coef_, model.intercept_,
                  (squares(x, y, model) + strength * (model.coef_**2).sum()) / 2)
    for strength in (3.0, 20.0):
        model = Lasso(alpha=strength / ROWS, tol=1e-14, max_iter=1_000_000).fit(x, y)
        yield fit("lasso", strength, model.coef_, model.intercept_,
                  squares(x, y, model) / 2 + strength * np.abs(model.coef_).sum())
    for strength in (0.5, 10.0):
        model = LogisticRegression(C=1 / strength, tol=1e-12, max_iter=100_000).fit(x, labels)
        scores = x @ model.coef_[0] + model.intercept_[0]
        value = np.logaddexp(0, np.where(labels == 1, -scores, scores)).sum()
        yield fit("logistic", strength, model.coef_[0], model.intercept_[0],
                  value + strength / 2 * (model.coef_**2).sum())
        model = LogisticRegression(C=1 / strength, tol=1e-12, max_iter=100_000).fit(x, three)
        scores = x @ model.coef_.T + model.intercept_
        value = (np.log(np.exp(scores).sum(1)) - scores[np.arange(ROWS), three]).sum()
        yield fit("softmax", strength, [], 0, value + strength / 2 * (model.coef_**2).sum())
        model = SVC(kernel="linear", C=1 / strength, tol=1e-10).fit(x, labels)
        scores = x @ model.coef_[0] + model.intercept_[0]
        value = np.maximum(0, 1 - (2 * labels - 1) * scores).sum()
        yield fit("svm", strength, model.coef_[0], model.intercept_[0],
                  value + strength / 2 * (model.coef_**2).sum())


def squares(x, y, model):
    return ((model.predict(x) - y) ** 2).sum()


def fit(family, strength, weights, bias, value):
    return {"family": family, "lambda": strength, "weights": [float(w) for w in weights],
            "bias": float(bias), "value": float(value)}


def perceptron(name, x, labels, epochs=12):
    """Rosenblatt's rule through the rows in their order; the mistakes of each epoch's last weights."""
    weights, bias = np.zeros(COLUMNS), 0.0
    mistakes = []
    for _ in range(epochs):
        for row, label in zip(x, labels):
            change = label - (row @ weights + bias > 0)
            weights, bias = weights + change * row, bias + change
        mistakes.append(int(((x @ weights + bias > 0) != labels).sum()))
    return {"name": name, "mistakes": mistakes, "weights": weights.tolist(), "bias": bias}


def grid(values):
    return np.round(np.asarray(values) * 128) / 128
