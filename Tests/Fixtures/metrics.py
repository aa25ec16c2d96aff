"""metrics.json: metrics as scikit-learn computes them; standard errors from their formulas in float64.

Probabilities are multiples of 1/256, so that float32 holds them and ties of
scores occur. Standard errors by the delta method are the root of the sum of
squares of the samples' influences; those of the AUC are DeLong's.
"""

import warnings

import numpy as np
from sklearn import metrics as sk


def document():
    """The whole family."""
    generator = np.random.default_rng(7)
    cases = [binary(generator, 40, columns=1), binary(generator, 57, columns=2),
             multiclass(generator, 60, 3), multiclass(generator, 200, 10),
             absent_class(generator), perfect(), multilabel(generator, 50, 4),
             multilabel(generator, 50, 4, threshold=0.25)]
    return {
        "description": "predictions [count, width] are probabilities; labels are class numbers,"
                       " truths [count, width] independent 0 / 1 values.",
        "cases": cases,
    }


def rows_of_probabilities(generator, count, classes, labels, skill=1.0):
    """Multiples of 1/256 that sum to 1, larger for the true class."""
    logits = generator.normal(size=(count, classes)) + skill * np.eye(classes)[labels]
    exact = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    rounded = np.floor(exact * 256)
    rounded[np.arange(count), exact.argmax(1)] += 256 - rounded.sum(1)
    return rounded / 256


def binary(generator, count, columns):
    labels = generator.integers(2, size=count)
    both = rows_of_probabilities(generator, count, 2, labels)
    positive = both[:, 1]
    predicted = (positive > 0.5).astype(int) if columns == 1 else both.argmax(1)
    auc, auc_error = macro_auc([labels == 1], [positive])
    expected = {
        **decisions([labels == 1], [predicted == 1]),
        "rocAUC": [auc, auc_error],
        "logLoss": log_loss(both, labels),
        "accuracy": accuracy(labels, predicted),
        "brier": mean_with_error((positive - labels) ** 2),
        "calibrationError": calibration_error(both[np.arange(count), predicted], predicted == labels),
    }
    check(expected, "brier", sk.brier_score_loss(labels, positive))
    check(expected, "precision", sk.precision_score(labels, predicted))
    check(expected, "recall", sk.recall_score(labels, predicted))
    check(expected, "f1", sk.f1_score(labels, predicted))
    check(expected, "rocAUC", sk.roc_auc_score(labels, positive))
    check(expected, "logLoss", sk.log_loss(labels, both))
    predictions = positive[:, None] if columns == 1 else both
    return case(f"binary, {columns} columns", predictions, expected, labels=labels)


def multiclass(generator, count, classes):
    labels = generator.integers(classes, size=count)
    probabilities = rows_of_probabilities(generator, count, classes, labels)
    return of_classes(f"{classes} classes", probabilities, labels)


def absent_class(generator):
    """A class that is neither there nor predicted, one never predicted, one never there."""
    labels = generator.integers(2, size=30)
    labels[:3] = 3
    probabilities = rows_of_probabilities(generator, 30, 5, labels)
    probabilities[:, [2, 3]] = 0
    probabilities[4] = [0, 0, 0, 0, 1]
    others = probabilities[:, [0, 1]].sum(1) == 0
    probabilities[others, 0] = 1 - probabilities[others, 4]
    probabilities[:, 0] += 1 - probabilities.sum(1)
    return of_classes("absent classes", probabilities, labels, is_complete=False)


def perfect():
    labels = np.array([0, 1, 2, 1, 0])
    return of_classes("perfect", np.eye(3)[labels], labels)


def of_classes(name, probabilities, labels, is_complete=True):
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(1)
    present = [k for k in range(classes) if (labels == k).any() or (predicted == k).any()]
    both = [k for k in range(classes) if (labels == k).any() and (labels != k).any()]
    auc, auc_error = macro_auc([labels == k for k in both], [probabilities[:, k] for k in both])
    expected = {
        **decisions([labels == k for k in present], [predicted == k for k in present]),
        "rocAUC": [auc, auc_error],
        "logLoss": log_loss(probabilities, labels),
        "accuracy": accuracy(labels, predicted),
        "brier": mean_with_error(((probabilities - np.eye(classes)[labels]) ** 2).sum(1)),
        "calibrationError": calibration_error(probabilities.max(1), predicted == labels),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for key, function in (("precision", sk.precision_score), ("recall", sk.recall_score),
                              ("f1", sk.f1_score)):
            check(expected, key, function(labels, predicted, average="macro", zero_division=0))
        if is_complete:
            check(expected, "rocAUC",
                  sk.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"))
        clipped = probabilities.astype(np.float32)
        check(expected, "logLoss", sk.log_loss(labels, clipped, labels=range(classes)), 1e-5)
    for k in (2, 5):
        if k < classes:
            # The k largest, the first of equals before the others.
            order = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
            share = (order == labels[:, None]).any(1).mean()
            expected[f"topK {k}"] = [share, error_of_share(share, len(labels))]
    return case(name, probabilities, expected, labels=labels)


def multilabel(generator, count, outputs, threshold=0.5):
    truths = generator.integers(2, size=(count, outputs))
    scores = generator.normal(size=truths.shape) + truths
    probabilities = np.floor(256 / (1 + np.exp(-scores))) / 256
    predicted = (probabilities > threshold).astype(int)
    columns = range(outputs)
    auc, auc_error = macro_auc([truths[:, k] == 1 for k in columns],
                               [probabilities[:, k] for k in columns])
    losses = [log_loss(np.stack([1 - probabilities[:, k], probabilities[:, k]], 1), truths[:, k],
                       values_only=True) for k in columns]
    losses = np.mean(losses, axis=0)
    expected = {
        **decisions([truths[:, k] == 1 for k in columns], [predicted[:, k] == 1 for k in columns]),
        "rocAUC": [auc, auc_error],
        "logLoss": mean_with_error(losses),
        "accuracy": mean_with_error((truths == predicted).mean(1), degrees=0),
        "subsetAccuracy": accuracy((truths == predicted).all(1), np.ones(count, bool)),
        "microF1": micro_f1(truths, predicted),
        "brier": mean_with_error(((probabilities - truths) ** 2).mean(1)),
        "calibrationError": calibration_error(probabilities, truths),
    }
    check(expected, "subsetAccuracy", sk.accuracy_score(truths, predicted))
    check(expected, "microF1", sk.f1_score(truths, predicted, average="micro"))
    for key, function in (("precision", sk.precision_score), ("recall", sk.recall_score),
                          ("f1", sk.f1_score)):
        check(expected, key, function(truths, predicted, average="macro"))
    check(expected, "rocAUC", sk.roc_auc_score(truths, probabilities, average="macro"))
    return case(f"{outputs} independent labels above {threshold}", probabilities, expected,
                truths=truths, threshold=threshold)


def decisions(truths, predictions):
    """Macro precision, recall and F1 over classes, each a ratio of sums."""
    result = {}
    for name, top, bottom in (
            ("precision", lambda t, p: t & p, lambda t, p: p * 1.0),
            ("recall", lambda t, p: t & p, lambda t, p: t * 1.0),
            ("f1", lambda t, p: 2.0 * (t & p), lambda t, p: t * 1.0 + p)):
        values, influence = [], np.zeros(len(truths[0]))
        for truth, prediction in zip(truths, predictions):
            above, below = top(truth, prediction) * 1.0, bottom(truth, prediction)
            ratio = above.sum() / below.sum() if below.sum() else 0.0
            values.append(ratio)
            if below.sum():
                influence += (above - ratio * below) / below.sum()
        influence /= len(truths)
        result[name] = [np.mean(values), np.sqrt((influence**2).sum())]
    return result


def macro_auc(truths, scores):
    """The mean AUC and DeLong's standard error, by comparing every pair."""
    values, influence = [], np.zeros(len(truths[0]))
    for truth, score in zip(truths, scores):
        positive, negative = score[truth], score[~truth]
        wins = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
        above, below = wins.mean(1), wins.mean(0)
        value = wins.mean()
        values.append(value)
        for place, part in ((truth, above), (~truth, below)):
            count = len(part)
            if count > 1:
                influence[place] += (part - value) / np.sqrt(count * (count - 1.0))
    influence /= len(truths)
    return np.mean(values), np.sqrt((influence**2).sum())


def log_loss(probabilities, labels, values_only=False):
    chosen = probabilities[np.arange(len(labels)), labels]
    tiny = 2.0**-23
    losses = -np.log(np.clip(chosen, tiny, 1 - tiny))
    return losses if values_only else mean_with_error(losses)


def calibration_error(probabilities, right, bins=15):
    """Guo et al. 2017, of one or several probabilities a sample; the bins and their signs stay as they are."""
    probabilities, right = np.atleast_2d(probabilities.T).T, np.atleast_2d(right.T).T * 1.0
    places = np.clip(np.ceil(probabilities * bins) - 1, 0, bins - 1)
    own = right - probabilities
    differences = [own[places == place].sum() for place in range(bins)]
    value = np.abs(differences).sum() / own.size
    signs = np.where(np.array(differences) < 0, -1, 1)[places.astype(int)]
    influence = ((signs * own - value) / own.size).sum(1)
    return [value, np.sqrt((influence**2).sum())]


def accuracy(labels, predicted):
    share = np.mean(labels == predicted)
    return [share, error_of_share(share, len(labels))]


def micro_f1(truths, predicted):
    """F1 of all decisions together; the standard error over the samples."""
    above, below = 2.0 * (truths & predicted).sum(1), (truths + predicted).sum(1)
    ratio = above.sum() / below.sum()
    influence = (above - ratio * below) / below.sum()
    return [ratio, np.sqrt((influence**2).sum())]


def error_of_share(share, count):
    return np.sqrt(share * (1 - share) / count)


def mean_with_error(values, degrees=1):
    return [np.mean(values), np.std(values, ddof=degrees) / np.sqrt(len(values))]


def check(expected, key, value, tolerance=1e-12):
    """The formula here against scikit-learn."""
    if not np.isclose(expected[key][0], value, rtol=tolerance, atol=tolerance):
        raise ValueError(f"{key}: {expected[key][0]}, scikit-learn {value}")


def case(name, predictions, expected, labels=None, truths=None, threshold=0.5):
    return {
        "name": name,
        "width": predictions.shape[1],
        "threshold": threshold,
        "predictions": predictions.flatten().tolist(),
        "labels": [] if labels is None else labels.tolist(),
        "truths": [] if truths is None else truths.flatten().tolist(),
        "expected": {key: [float(value) for value in pair] for key, pair in expected.items()},
    }
