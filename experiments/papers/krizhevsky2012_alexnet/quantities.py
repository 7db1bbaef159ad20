"""Numbers that only this paper states."""

from experiments.claims import Quantity
from experiments.claims.quantities import epochs_to, last, mean_log10

EPOCHS_TO_25 = epochs_to("epochs_to_train_error_25", "train_error", 0.25)
EPOCHS_TO_40 = epochs_to("epochs_to_train_error_40", "train_error", 0.40)
# Of as many epochs as any run has, as those end that get to 25 %.
MEAN_LOG_OBJECTIVE_OF_5 = Quantity(
    "mean_log_objective_of_5", "", lambda history: mean_log10("objective")(history[:5]), digits=3
)
# The errors on ImageNet; nothing here measures them.
TOP1_VALIDATION_ERROR = Quantity("top1_validation_error", "%", last("top1_validation_error"), 100, 1)
TOP5_VALIDATION_ERROR = Quantity("top5_validation_error", "%", last("top5_validation_error"), 100, 1)
TOP5_TEST_ERROR = Quantity("top5_test_error", "%", last("top5_test_error"), 100, 1)
