"""Published numbers: the curves of figure 1, the errors of section 3.3 and of table 2."""

from experiments.claims import TEST_ERROR, Table
from experiments.papers.krizhevsky2012_alexnet.quantities import (
    TOP1_VALIDATION_ERROR,
    TOP5_TEST_ERROR,
    TOP5_VALIDATION_ERROR,
)

IMAGENET = (TOP1_VALIDATION_ERROR, TOP5_VALIDATION_ERROR, TOP5_TEST_ERROR)
# fmt: off
CURVES = {  # epoch and training error, read from the vector paths of figure 1
    "relu": ((1, .472), (2, .377), (3, .321), (4, .290), (5, .264), (6, .248)),
    "tanh": ((1, .553), (2, .495), (4, .433), (5, .424), (8, .394), (10, .367), (14, .344), (16, .327), (20, .319),
             (25, .289), (30, .275), (35, .260), (36, .251))}
TABLES = (
    Table("section_3.3", "cifar", (TEST_ERROR,),
          {"without_lrn": (0.13,),
           "with_lrn":    (0.11,)}, {"test_error": 0.01}),
    Table("table_2", "imagenet", IMAGENET,
          {"sift_fv":    (None,  None,  0.262),
           "cnn_1":      (0.407, 0.182, None),
           "cnn_5":      (0.381, 0.164, 0.164),
           "cnn_1_2011": (0.390, 0.166, None),
           "cnn_7_2011": (0.367, 0.154, 0.153)}, {quantity.name: 0.005 for quantity in IMAGENET}))
# fmt: on
