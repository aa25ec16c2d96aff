"""weights.json: metrics and linear models with a weight for each sample, as scikit-learn computes them.

Weights, probabilities and values are multiples of 1/8, 1/256 and 1/128, so
that float32 holds them; some weights are 0. Values are scikit-learn's
`sample_weight`. Standard errors are those of weighted means in Cochran's long
form, of ratios by the delta method, and for the AUC DeLong's; where samples
are many, the bootstrap must agree.
"""

import numpy as np
from sklearn import metrics as sk
from sklearn.linear_model import LinearRegression, Ridge

import metrics


def document():
    """The whole family."""
    generator = np.random.default_rng(13)
    cases = [binary(generator, 40, columns=1), binary(generator, 400, columns=2),
             multiclass(generator, 60, 3), multiclass(generator, 60, 3, integers=True),
             multilabel(generator, 50, 4), regression(generator, 60)]
    return {
        "description": "expected: value and standard error of each metric with the samples' weights.",
        "cases": cases,
        "fits": fits(generator),
    }


def weights_of(generator, count, integers=False):
    """Multiples of 1/8 from 0 to 4, or whole numbers; about one in eight is 0."""
    high = 5 if integers else 33
    drawn = generator.integers(high, size=count) / (1 if integers else 8)
    return np.where(generator.random(count) < 0.1, 0, drawn)


def binary(generator, count, columns):
    labels = generator.integers(2, size=count)
    both = metrics.rows_of_probabilities(generator, count, 2, labels)
    weights = weights_of(generator, count)
    positive = both[:, 1]
    predicted = (positive > 0.5).astype(int) if columns == 1 else both.argmax(1)
    expected = {
        "precision": ratio(weights, *precision_parts(labels == 1, predicted == 1)),
        "recall": ratio(weights, *recall_parts(labels == 1, predicted == 1)),
        "f1": ratio(weights, *f1_parts(labels == 1, predicted == 1)),
        "rocAUC": macro_auc(weights, [labels == 1], [positive]),
        "logLoss": mean(weights, log_losses(both, labels)),
        "accuracy": share(weights, labels == predicted),
        "brier": mean(weights, (positive - labels) ** 2),
        "calibrationError": calibration_error(weights, both[np.arange(count), predicted], predicted == labels),
    }
    check(expected, "precision", sk.precision_score(labels, predicted, sample_weight=weights))
    check(expected, "recall", sk.recall_score(labels, predicted, sample_weight=weights))
    check(expected, "f1", sk.f1_score(labels, predicted, sample_weight=weights))
    check(expected, "rocAUC", sk.roc_auc_score(labels, positive, sample_weight=weights))
    check(expected, "logLoss", sk.log_loss(labels, both, sample_weight=weights))
    check(expected, "accuracy", sk.accuracy_score(labels, predicted, sample_weight=weights))
    if count >= 400:
        for name, score in (("accuracy", sk.accuracy_score), ("precision", sk.precision_score),
                            ("recall", sk.recall_score), ("f1", sk.f1_score)):
            bootstrap(generator, expected[name][1],
                      lambda rows: score(labels[rows], predicted[rows], sample_weight=weights[rows]), count)
        bootstrap(generator, expected["rocAUC"][1],
                  lambda rows: sk.roc_auc_score(labels[rows], positive[rows], sample_weight=weights[rows]),
                  count)
    matrix = sk.confusion_matrix(labels, predicted, sample_weight=weights)
    predictions = positive[:, None] if columns == 1 else both
    return case(f"binary, {columns} columns", predictions, expected, weights, labels=labels, confusion=matrix)


def multiclass(generator, count, classes, integers=False):
    labels = generator.integers(classes, size=count)
    probabilities = metrics.rows_of_probabilities(generator, count, classes, labels)
    weights = weights_of(generator, count, integers)
    predicted = probabilities.argmax(1)
    each = range(classes)
    expected = {
        "precision": macro(weights, precision_parts, [(labels == k, predicted == k) for k in each]),
        "recall": macro(weights, recall_parts, [(labels == k, predicted == k) for k in each]),
        "f1": macro(weights, f1_parts, [(labels == k, predicted == k) for k in each]),
        "rocAUC": macro_auc(weights, [labels == k for k in each], [probabilities[:, k] for k in each]),
        "logLoss": mean(weights, log_losses(probabilities, labels)),
        "accuracy": share(weights, labels == predicted),
        "brier": mean(weights, ((probabilities - np.eye(classes)[labels]) ** 2).sum(1)),
        "calibrationError": calibration_error(weights, probabilities.max(1), predicted == labels),
    }
    for key, function in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        check(expected, key, function(labels, predicted, average="macro", sample_weight=weights))
    check(expected, "rocAUC", sk.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro",
                                               sample_weight=weights))
    check(expected, "accuracy", sk.accuracy_score(labels, predicted, sample_weight=weights))
    check(expected, "logLoss", sk.log_loss(labels, probabilities.astype(np.float32), sample_weight=weights),
          1e-5)
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    expected["topK 2"] = share(weights, (order == labels[:, None]).any(1))
    return case(f"{classes} classes, {'whole' if integers else 'broken'} weights", probabilities, expected,
                weights, labels=labels, confusion=sk.confusion_matrix(labels, predicted, sample_weight=weights))


def multilabel(generator, count, outputs):
    truths = generator.integers(2, size=(count, outputs))
    scores = generator.normal(size=truths.shape) + truths
    probabilities = np.floor(256 / (1 + np.exp(-scores))) / 256
    predicted = (probabilities > 0.5).astype(int)
    weights = weights_of(generator, count)
    pairs = [(truths[:, k] == 1, predicted[:, k] == 1) for k in range(outputs)]
    losses = np.mean([log_losses(np.stack([1 - probabilities[:, k], probabilities[:, k]], 1), truths[:, k])
                      for k in range(outputs)], axis=0)
    above, below = 2.0 * (truths & predicted).sum(1), (truths + predicted).sum(1) * 1.0
    expected = {
        "precision": macro(weights, precision_parts, pairs),
        "recall": macro(weights, recall_parts, pairs),
        "f1": macro(weights, f1_parts, pairs),
        "rocAUC": macro_auc(weights, [truth for truth, _ in pairs], list(probabilities.T)),
        "logLoss": mean(weights, losses),
        "accuracy": share(weights, (truths == predicted).mean(1)),
        "subsetAccuracy": share(weights, (truths == predicted).all(1)),
        "microF1": ratio(weights, above, below),
        "brier": mean(weights, ((probabilities - truths) ** 2).mean(1)),
        "calibrationError": calibration_error(weights, probabilities, truths),
    }
    check(expected, "subsetAccuracy", sk.accuracy_score(truths, predicted, sample_weight=weights))
    check(expected, "microF1", sk.f1_score(truths, predicted, average="micro", sample_weight=weights))
    for key, function in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        check(expected, key, function(truths, predicted, average="macro", sample_weight=weights))
    check(expected, "rocAUC", sk.roc_auc_score(truths, probabilities, average="macro", sample_weight=weights))
    check(expected, "accuracy",
          1 - sk.hamming_loss(truths, predicted, sample_weight=weights))
    matrices = sk.multilabel_confusion_matrix(truths, predicted, sample_weight=weights)
    return case(f"{outputs} independent labels", probabilities, expected, weights, truths=truths,
                labels_found=[[m[1, 1], m[1, 0], m[0, 1], m[0, 0]] for m in matrices])


def regression(generator, count):
    truths = grid(generator.normal(size=count) * 3 + 5)
    predictions = grid(truths + generator.normal(size=count))
    weights = weights_of(generator, count)
    errors = predictions - truths
    squares = errors**2
    mse = mean(weights, squares)
    center = (weights * truths).sum() / weights.sum()
    deviations = (truths - center) ** 2
    variance = (weights * deviations).sum() / weights.sum()
    unexplained = mse[0] / variance
    expected = {
        "mse": mse,
        "rmse": [np.sqrt(mse[0]), mse[1] / (2 * np.sqrt(mse[0]))],
        "mae": mean(weights, np.abs(errors)),
        "r2": [1 - unexplained, mean(weights, squares - unexplained * deviations)[1] / variance],
    }
    check(expected, "mse", sk.mean_squared_error(truths, predictions, sample_weight=weights))
    check(expected, "rmse", sk.root_mean_squared_error(truths, predictions, sample_weight=weights))
    check(expected, "mae", sk.mean_absolute_error(truths, predictions, sample_weight=weights))
    check(expected, "r2", sk.r2_score(truths, predictions, sample_weight=weights))
    return case("numbers", predictions[:, None], expected, weights, truths=truths)


def fits(generator):
    """Least squares with weights; lambda is beside the weighted sum."""
    x = grid(generator.normal(size=(40, 3)))
    y = grid(x @ [1.0, -2.0, 0.5] + 0.25 + 0.5 * generator.normal(size=40))
    weights = weights_of(generator, 40)
    result = []
    for strength in (0.0, 2.0):
        model = (Ridge(alpha=strength, tol=1e-14, solver="svd") if strength else LinearRegression()).fit(
            x, y, sample_weight=weights)
        result.append({
            "lambda": strength, "features": x.flatten().tolist(), "values": y.tolist(),
            "sampleWeights": weights.tolist(), "weights": model.coef_.tolist(),
            "bias": float(model.intercept_)})
    return result


def grid(values):
    return np.round(np.asarray(values) * 128) / 128


def calibration_error(weights, probabilities, right, bins=15):
    """As in metrics.py, each sample by its weight."""
    probabilities, right = np.atleast_2d(probabilities.T).T, np.atleast_2d(right.T).T * 1.0
    places = np.clip(np.ceil(probabilities * bins) - 1, 0, bins - 1)
    own, total = right - probabilities, weights.sum() * right.shape[1]
    differences = [(weights[:, None] * own)[places == place].sum() for place in range(bins)]
    value = np.abs(differences).sum() / total
    signs = np.where(np.array(differences) < 0, -1, 1)[places.astype(int)]
    influence = (weights[:, None] * (signs * own - value)).sum(1) / total
    return [value, np.sqrt((influence**2).sum())]


def precision_parts(truth, predicted):
    return (truth & predicted) * 1.0, predicted * 1.0


def recall_parts(truth, predicted):
    return (truth & predicted) * 1.0, truth * 1.0


def f1_parts(truth, predicted):
    return 2.0 * (truth & predicted), truth * 1.0 + predicted


def ratio(weights, above, below):
    """sum(w a) / sum(w b), and its error from the derivative in each weight."""
    value, influence = ratio_with_influence(weights, above, below)
    return [value, np.sqrt((influence**2).sum())]


def ratio_with_influence(weights, above, below):
    value = (weights @ above) / (weights @ below)
    return value, weights * (above / (weights @ below) - below * (weights @ above) / (weights @ below) ** 2)


def macro(weights, parts, pairs):
    found = [ratio_with_influence(weights, *parts(*pair)) for pair in pairs]
    influence = np.mean([influence for _, influence in found], axis=0)
    return [np.mean([value for value, _ in found]), np.sqrt((influence**2).sum())]


def macro_auc(weights, truths, scores):
    """The mean AUC over weighted pairs, and DeLong's standard error of weighted means."""
    values, influence = [], np.zeros(len(weights))
    for truth, score in zip(truths, scores):
        pairs = (score[truth][:, None] > score[~truth]) + 0.5 * (score[truth][:, None] == score[~truth])
        above, below = weights[truth], weights[~truth]
        value = above @ pairs @ below / (above.sum() * below.sum())
        values.append(value)
        for place, part, own in ((truth, pairs @ below / below.sum(), above),
                                 (~truth, above @ pairs / above.sum(), below)):
            count = (own > 0).sum()
            influence[place] += np.sqrt(count / (count - 1)) * own * (part - value) / own.sum()
    influence /= len(truths)
    return [np.mean(values), np.sqrt((influence**2).sum())]


def log_losses(probabilities, labels):
    return metrics.log_loss(probabilities, labels, values_only=True)


def mean(weights, values):
    """The weighted mean and its error in Cochran's (1977) form, of the samples with weight."""
    values, weights = values[weights > 0], weights[weights > 0]
    count, average = len(values), np.average(values, weights=weights)
    parts = weights * values - weights.mean() * average
    distances = weights - weights.mean()
    square = (parts**2).sum() - 2 * average * (distances * parts).sum() + average**2 * (distances**2).sum()
    return [average, np.sqrt(count / (count - 1) * square) / weights.sum()]


def share(weights, values):
    """A weighted mean whose variance is divided by n and not n - 1, as sqrt(p (1 - p) / n) is."""
    average, error = mean(weights, values * 1.0)
    count = (weights > 0).sum()
    return [average, error * np.sqrt((count - 1) / count)]


def check(expected, key, value, tolerance=1e-12):
    """The formula here against scikit-learn."""
    if not np.isclose(expected[key][0], value, rtol=tolerance, atol=tolerance):
        raise ValueError(f"{key}: {expected[key][0]}, scikit-learn {value}")


def bootstrap(generator, error, score, count, times=2000):
    """The standard error against the spread over resampled rows."""
    spread = np.std([score(generator.integers(count, size=count)) for _ in range(times)])
    if not 0.9 < error / spread < 1.1:
        raise ValueError(f"a standard error of {error}, by the bootstrap {spread}")


def case(name, predictions, expected, weights, labels=None, truths=None, confusion=None, labels_found=None):
    return {
        "name": name,
        "width": predictions.shape[1],
        "predictions": predictions.flatten().tolist(),
        "labels": [] if labels is None else labels.tolist(),
        "truths": [] if truths is None else truths.flatten().tolist(),
        "weights": weights.tolist(),
        "confusion": [] if confusion is None else confusion.tolist(),
        "labelCounts": [] if labels_found is None else np.asarray(labels_found).tolist(),
        "expected": {key: [float(value) for value in pair] for key, pair in expected.items()},
    }
