"""Learning rates by the number of the step that several papers share."""

import keras
from keras import ops


class InverseSquareRoot(keras.optimizers.schedules.LearningRateSchedule):
    """`alpha / sqrt(t)`, with t = 1, 2, ... the number of the step."""

    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, step):
        return self.alpha / ops.sqrt(ops.cast(step, "float32") + 1.0)

    def get_config(self):
        return {"alpha": self.alpha}
