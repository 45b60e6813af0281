"""Answers to the exercises of notebook 05."""

KERAS = """
from helpers.tensorflow_quietly import import_tensorflow
tf, keras = import_tensorflow(threads=1)
"""
SPARSE = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"


def _train(first="[keras.Input((sizes[0],))]", inner="sizes[1:-1]",
           hidden='N, activation="relu"', last="sizes[-1]",
           optimizer="keras.optimizers.Adam()", loss=SPARSE,
           metrics='["accuracy"]', epochs="epochs", data="x, labels",
           more="",
           end="return model, history.history"):
    return f"""
def train_network(x, labels, sizes, epochs):
    stack = {first}
    for N in {inner}:
        stack.append(keras.layers.Dense({hidden}))
    stack.append(keras.layers.Dense({last}))
    model = keras.Sequential(stack)
    {more}
    model.compile(optimizer={optimizer}, loss={loss}, metrics={metrics})
    history = model.fit({data}, epochs={epochs}, verbose=0)
    {end}
"""


def _read(z="model.predict(row[None, :], verbose=0)[0]",
          a="np.array(keras.ops.softmax(z[None]))[0]",
          end="int(np.argmax(a)), float(np.max(a))"):
    return f"""
def read_prediction(model, row):
    z = {z}
    a = {a}
    return {end}
"""


def _table(mean="np.nanmean(x_train, axis=0)",
           variance="np.nanvar(x_train, axis=0)", before="inputs",
           gaps="keras.ops.nan_to_num(a)",
           hidden='keras.layers.Dense(16, activation="relu")',
           last="keras.layers.Dense(K)", rate="0.01", loss=SPARSE,
           metrics='["accuracy"]', end="return model",
           shape="(x_train.shape[1],)"):
    return f"""
def table_model(x_train, K):
    mean, variance = {mean}, {variance}
    inputs = keras.Input({shape})
    a = {before}
    a = keras.layers.Normalization(mean=mean, variance=variance)(a)
    a = {gaps}
    a = {hidden}(a)
    model = keras.Model(inputs, {last}(a))
    model.compile(
        optimizer=keras.optimizers.Adam({rate}), loss={loss},
        metrics={metrics},
    )
    {end}
"""


def _diagnose(numbers):
    return f"def diagnose():\n    return {numbers}\n"


def _stop(monitor='"val_loss"', patience="patience", restore="True",
          data="x, labels", epochs="100", validation="validation",
          callbacks="[stop]", end="return history.history"):
    return f"""
def fit_until_best(model, x, labels, validation, patience):
    stop = keras.callbacks.EarlyStopping(
        monitor={monitor}, patience={patience}, restore_best_weights={restore}
    )
    history = model.fit(
        {data}, epochs={epochs}, validation_data={validation}, verbose=0,
        callbacks={callbacks},
    )
    {end}
"""


def _save(lines):
    body = "".join(f"    {line}\n" for line in lines)
    return f"def save_and_load(model, path):\n{body}"


CATALOGUE = {
    "5.1": {
        "names": ["train_network"],
        "needs": KERAS,
        "same": [
            *((f"verbose={k}", "what is shown, not what is trained")
              for k in (1, -1)),
            ("epochs=epochs)", "shown, too: verbose is left out"),
            *((part, "the exercise leaves the batch size open") for part in (
                "size=3", "size=5", "->  model.fit(x, labels, epochs")),
        ],
        "wrong": [
            (_train(last='sizes[-1], activation="softmax"'),
             "softmax at its end"),
            (_train(last='sizes[-1], activation="relu"'), "layer has ReLU"),
            (_train(hidden="N"), "no activation function."),
            (_train(hidden='N, activation="sigmoid"'), "have sigmoids"),
            (_train(hidden='N, activation="tanh"'), "have tanh"),
            (_train(inner="sizes[:-1]"), "input was made a layer"),
            (_train(inner="sizes[1:2]"), "Only one of the hidden layers"),
            (_train(last="sizes[-2]"), "other shapes"),
            (_train(hidden='N, activation="relu", use_bias=False',
                    last="sizes[-1], use_bias=False"), "no biases"),
            (_train(loss='"sparse_categorical_crossentropy"'),
             "from_logits=True` is missing"),
            (_train(loss="keras.losses.SparseCategoricalCrossentropy()"),
             "from_logits=True` is missing"),
            (_train(optimizer="keras.optimizers.SGD(0.1)"), "it is SGD"),
            *((_train(optimizer=f"keras.optimizers.Adam({rate})"),
               "default learning rate") for rate in ("0.1", "1.0")),
            (_train(more="model = keras.Sequential(stack[:-1] + "
                         "[keras.layers.Dropout(0.5), stack[-1]])"),
             "such as `Dropout`"),
            (_train(data="x[:6], labels[:6]"), "all rows of x"),
            (_train(data="x / 255, labels"), "as they are"),
            (_train(data="x, labels, validation_split=0.1"), "kept back"),
            (_train(data="x, labels, validation_data=(x, labels)"),
             "validates here"),
            (_train(metrics="[]"), "has no accuracy"),
            (_train(more=f'model.compile(keras.optimizers.Adam(), {SPARSE}, '
                         '["accuracy"]); model.fit(x, labels)'),
             "third place of `compile`"),
            (_train(inner="np.array(sizes)[1:-1]"), "int(N)"),
            *((_train(**change), "in train_network: ", "error")
              for change in (
                  {"loss": "keras.losses.CategoricalCrossentropy()"},
                  {"first": "[keras.Input((784,))]"})),
            (_train(epochs="5"), "number of epochs"),
            (_train(end="return model, history"), "object that `fit` returns"),
            (_train(end="return history.history, model"), "First comes"),
            (_train(end="return model"), "the model and the dictionary"),
            (_train(end="return None, history.history"), "model is None"),
            (_train(end="fresh = keras.models.clone_model(model); "
                        f"fresh.compile(keras.optimizers.Adam(), {SPARSE}); "
                        "return fresh, history.history"), "never trained"),
        ],
        "right": [
            _train(),
            """
def train_network(x, labels, sizes, epochs):
    inputs = keras.Input(shape=(x.shape[1],))
    a = inputs
    for N in sizes[1:-1]:
        a = keras.layers.ReLU()(keras.layers.Dense(N)(a))
    model = keras.Model(inputs, keras.layers.Dense(sizes[-1])(a))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(x, labels, batch_size=4, epochs=epochs, verbose=0)
    return [model, model.history.history]
""",
        ],
    },
    "5.2": {
        "names": ["read_prediction"],
        "needs": KERAS,
        "same": [("->  return (np.argmax(a),", "an integer of NumPy's, too")],
        "wrong": [
            (_read(end="int(np.argmax(z)), float(np.max(z))"),
             "This is the logit"),
            (_read(end="int(np.argmin(a)), float(np.max(a))"),
             "least likely class"),
            (_read(end="float(np.max(a)), int(np.argmax(a))"), "First comes"),
            (_read(end="int(np.argmax(a)) + 1, float(np.max(a))"),
             "counted from 0"),
            (_read(end="int(np.argmax(a)), 100 * float(np.max(a))"),
             "in per cent"),
            (_read(a="np.exp(z) / np.sum(np.exp(z))"), "overflows"),
            (_read(a="np.exp(z)"), "not yet divided"),
            (_read(a="1 / (1 + np.exp(-z))"), "sigmoid of the logit"),
            (_read(end="int(np.argmax(np.abs(z))), float(np.max(a))"),
             "least likely class"),
            (_read(end="int(np.argmax(z)), 1.0"), "wrong axis"),
            (_read(a="z / z.sum()"), "sum of the logits"),
            ("""
def read_prediction(model, row):
    a = keras.ops.softmax(model.predict(row[None, :], verbose=0), axis=0)
    return int(np.argmax(a)), float(np.max(a))
""", "along the K classes"),
            (_read(end="int(np.argmax(a))"), "the class and its probability"),
            (_read(end="float(np.argmax(a)), float(np.max(a))"),
             "return an integer"),
        ],
        "right": [
            _read(),
            """
def read_prediction(model, row):
    z = np.asarray(model(np.reshape(row, (1, -1))))[0].astype(float)
    k = z.argmax()
    return k, 1 / np.sum(np.exp(z - z[k]))
""",
            """
def read_prediction(model, row):
    a = tf.nn.softmax(model(row[np.newaxis]))
    k = int(tf.argmax(a, axis=1)[0])
    return [k, float(a[0, k])]
""",
        ],
    },
    "5.3": {
        "names": ["table_model"],
        "needs": KERAS,
        "same": [
            (".filled(", "in the training rows no column is empty"),
            ("metrics=['accuracy']", "Keras's other name for the same"),
        ],
        "wrong": [
            (_table(gaps="keras.ops.nan_to_num(inputs)"), "not scaled"),
            (_table(before="keras.ops.nan_to_num(inputs)", gaps="a"),
             "before the scaling"),
            (_table(gaps="a"), "gives NaN"),
            (_table(mean="np.mean(x_train, axis=0)"), "has vanished"),
            (_table(variance="np.nanstd(x_train, axis=0)"),
             "wants the variance"),
            (_table(variance="np.ones(x_train.shape[1])"),
             "nothing is divided"),
            (_table(mean="np.zeros(x_train.shape[1])"), "not subtracted"),
            (_table(mean="np.nanmean(x_train) + np.zeros(x_train.shape[1])",
                    variance="np.nanvar(x_train) "
                    "+ np.zeros(x_train.shape[1])"), "each column"),
            *((_table(variance=variance), "gaps count as measured")
              for variance in (
                  "np.var(np.where(np.isnan(x_train), "
                  "np.nanmean(x_train, axis=0), x_train), axis=0)",
                  "np.var(np.nan_to_num(x_train), axis=0)")),
            (_table(mean="np.mean(np.nan_to_num(x_train), axis=0)"),
             "gaps count as measured"),
            (_table(mean="np.mean(np.nan_to_num(x_train), axis=0)",
                    variance="np.var(np.nan_to_num(x_train), axis=0)"),
             "gaps count as measured"),
            (_table(mean="np.nanvar(x_train, axis=0)",
                    variance="np.nanmean(x_train, axis=0)"), "interchanged"),
            (_table(variance="np.nanvar(x_train, axis=0, ddof=1)"),
             "less one"),
            *((_table(gaps=gaps), "use those of `keras.ops`") for gaps in
              ("np.nan_to_num(a)", "np.where(np.isnan(a), 0, a)",
               "tf.where(tf.math.is_nan(a), 0.0, a)")),
            (_table(hidden="keras.layers.Dense(16)"), "no ReLU"),
            (_table(last='keras.layers.Dense(K, activation="softmax")'),
             "softmax at its end"),
            (_table(last='keras.layers.Dense(K, activation="relu")'),
             "output layer has ReLU"),
            (_table(last="keras.layers.Dense(3)"), "other shapes"),
            (_table(hidden='keras.layers.Dense(8, activation="relu")'),
             "other shapes"),
            (_table(rate=""), "Adam's default"),
            (_table(loss="keras.losses.SparseCategoricalCrossentropy()"),
             "from_logits=True` is missing"),
            (_table(metrics="[]"), "accuracy is missing"),
            (_table(end="model.fit(x_train, np.zeros(len(x_train)), "
                        "verbose=0); return model"), "comes back trained"),
            (_table(end="model.fit(x_train, np.zeros(len(x_train)), "
                        "epochs=40, verbose=0); return model"),
             "comes back trained"),
            (_table(mean="np.nanmean(x_train, axis=1)",
                    variance="np.nanvar(x_train, axis=1)"),
             "for each of the M columns"),
            (_table(gaps="keras.layers.Dropout(0.5)("
                         "keras.ops.nan_to_num(a))"), "such as `Dropout`"),
            (_table(end="return None"), "should come back"),
            *((_table(shape=shape), "rows of M values") for shape in
              ("x_train.shape", "(len(x_train),)", "(13,)")),
            (_table(metrics="None, loss_weights=['accuracy']"),
             "third place of `compile`"),
            (_table(gaps="keras.layers.Lambda(keras.ops.nan_to_num)(a)"),
             "which `load_model` refuses"),
            ("""
def table_model(x_train, K):
    x_train = (x_train - np.nanmean(x_train, axis=0)) / np.nanstd(x_train)
    x_train = np.nan_to_num(x_train)
    model = keras.Sequential([
        keras.Input((x_train.shape[1],)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(K),
    ])
    model.compile(
        optimizer=keras.optimizers.Adam(0.01), metrics=["accuracy"],
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model
""", "neither scales nor fills"),
        ],
        "right": [
            _table(),
            """
def table_model(x_train, K):
    known = np.ma.masked_invalid(x_train)
    scale = keras.layers.Normalization(
        mean=known.mean(axis=0).filled(0), variance=known.var(axis=0).filled(1)
    )
    inputs = keras.Input(x_train.shape[1:])
    a = scale(inputs)
    a = keras.ops.where(keras.ops.isnan(a), 0.0, a)
    a = keras.layers.Dense(16)(a)
    a = keras.layers.Activation("relu")(a)
    outputs = keras.layers.Dense(K)(a)
    model = keras.Model(inputs=inputs, outputs=outputs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01), loss=loss,
        metrics=[keras.metrics.SparseCategoricalAccuracy("accuracy")],
    )
    return model
""",
        ],
    },
    "5.4": {
        "names": ["diagnose"],
        "wrong": [
            *((_diagnose(f"{k}, 4, 1"), words) for k, words in (
                (1, "A is not 1"), (2, "A is not 2"), (4, "A is not 4"),
                (5, "better than guessing"))),
            *((_diagnose(f"3, {k}, 1"), words) for k, words in (
                (1, "B learns"), (2, "B is not 2"), (3, "B is not 3"),
                (5, "Overfitting shows late"))),
            *((_diagnose(f"3, 4, {k}"), words) for k, words in (
                (2, "C is not 2"), (3, "by heart"), (4, "can look alike"),
                (5, "C is not 5"))),
            (_diagnose("3, 4, 6"), "from 1 to 5"),
            (_diagnose("3, 4"), "three numbers"),
        ],
        "right": [*map(_diagnose, ("3, 4, 1", "np.array([3, 4, 1])",
                                   "3.0, 4, 1"))],
    },
    "5.5": {
        "names": ["fit_until_best"],
        "needs": KERAS,
        "same": [
            ("(np.inf, 0, None)  ->", "set anew by the first epoch"),
            *((f"verbose={k}", "what is shown, not what is trained")
              for k in (1, -1)),
            ("epochs=1, validation", "shown, too: verbose is left out"),
            ("labels, verbose", "one epoch is what Keras does if not told"),
            ("['val_loss'][-1]", "a call of one epoch has one value"),
        ],
        "wrong": [
            (_stop(restore="False"), "weights are those of another epoch"),
            (_stop(monitor='"loss"'), "watches 'loss'"),
            (_stop(data="list(x), labels"), "hand over the arrays"),
            (_stop(data="x, labels.tolist()"), "hand over the arrays"),
            (_stop(monitor='"val_accuracy"'), "watches 'val_accuracy'"),
            (_stop(patience="2"), "patience is not"),
            (_stop(patience="patience + 1"), "patience is not"),
            (_stop(epochs="1"), "One epoch only"),
            *((_stop(epochs=epochs), "At most 100 epochs")
              for epochs in ("50", "4")),
            ("""
def fit_until_best(model, x, labels, validation, patience):
    stop = keras.callbacks.EarlyStopping("val_loss", patience,
                                         restore_best_weights=True)
    return model.fit(x, labels, epochs=100, validation_data=validation,
                     verbose=0, callbacks=[stop]).history
""", "write `patience=patience`"),
            (_stop(validation="None"), "no `validation_data`"),
            (_stop(callbacks="[]"), "Nothing stops"),
            (_stop(data="*validation"), "should train on x"),
            (_stop(data="x, 1 - labels"), "should train on x"),
            (_stop(data="x[:2], labels[:2]"), "should train on x"),
            (_stop(validation="(np.ones((5, 2)), np.zeros(5))"),
             "validates on other data"),
            (_stop(validation="(validation[0], labels)"),
             "validates on other data"),
            (_stop(validation="(x, labels)"), "on the training sample"),
            (_stop(validation="validation[::-1]"), "turned around"),
            (_stop(validation="validation[0]"), "is a pair"),
            (_stop(patience="patience, min_delta=0.01"), "Every improvement"),
            (_stop(end="return history"), "Return the dictionary"),
            (_stop(end="return model"), "dictionary of the history"),
            ("""
def fit_until_best(model, x, labels, validation, patience):
    model.compile("adam", "mse")
    return model.fit(x, labels, epochs=100, validation_data=validation).history
""", "compiled already"),
        ],
        "right": [
            _stop(),
            _stop(callbacks="stop"),
            _stop(end="return model.history.history"),
            _stop(data="tf.constant(x), tf.constant(labels)",
                  validation="list(validation)"),
            _stop(callbacks="(stop,)", end="model.summary(); "
                  "return history.history"),
            """
def fit_until_best(model, x, labels, validation, patience):
    best, waited, kept = np.inf, 0, None
    history = {"loss": [], "val_loss": []}
    for epoch in range(100):
        one = model.fit(x, labels, epochs=1, verbose=0,
                        validation_data=validation).history
        for name in history:
            history[name] += one[name]
        if one["val_loss"][0] < best:
            best, waited, kept = one["val_loss"][0], 0, model.get_weights()
        else:
            waited += 1
            if waited >= patience:
                break
    model.set_weights(kept)
    return history
""",
            """
def fit_until_best(model, x, labels, validation, patience):
    stop = keras.callbacks.EarlyStopping("val_loss", 0, patience, 0, "min",
                                         None, True)
    return model.fit(x, labels, None, 100, 0, [stop], 0.0,
                     validation).history
""",
        ],
    },
    "5.6": {
        "names": ["save_and_load"],
        "needs": KERAS,
        "wrong": [
            (_save(["model.save(path)", "return model"]),
             "model that was given"),
            (_save(["model.save(path)"]), "Nothing comes back"),
            (_save(["return keras.models.clone_model(model)"]), "No file"),
            (_save(["model.save(path)", "return path"]),
             "it is a str"),
            (_save(["model.save(path)",
                    "return keras.models.clone_model(model)"]), "output"),
        ],
        "right": [
            _save(["model.save(path)",
                   "return keras.models.load_model(path)"]),
            _save(["keras.saving.save_model(model, path)",
                   "return keras.saving.load_model(path)"]),
        ],
    },
}
