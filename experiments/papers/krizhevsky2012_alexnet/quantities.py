"""Numbers that only this paper states."""

from experiments.claims import Quantity
from experiments.claims.quantities import epochs_to, last

EPOCHS_TO_25 = epochs_to("epochs_to_train_error_25", "train_error", 0.25)
EPOCHS_TO_40 = epochs_to("epochs_to_train_error_40", "train_error", 0.40)
# The errors on ImageNet; nothing here measures them.
TOP1_VALIDATION_ERROR = Quantity("top1_validation_error", "%", last("top1_validation_error"), 100, 1)
TOP5_VALIDATION_ERROR = Quantity("top5_validation_error", "%", last("top5_validation_error"), 100, 1)
TOP5_TEST_ERROR = Quantity("top5_test_error", "%", last("top5_test_error"), 100, 1)
