"""Published numbers: the curves of figure 1, the errors of section 3.3 and of table 2."""

from experiments.harness.claims import Table

# fmt: off
CURVES = {  # epoch and training error, read from the vector paths of figure 1
    "relu": ((1, .472), (2, .377), (3, .321), (4, .290), (5, .264), (6, .248)),
    "tanh": ((1, .553), (2, .495), (4, .433), (5, .424), (8, .394), (10, .367), (14, .344), (16, .327), (20, .319),
             (25, .289), (30, .275), (35, .260), (36, .251))}
TABLES = (
    Table("Section 3.3", "cifar", ("test_error",), {"without_lrn": (0.13,), "with_lrn": (0.11,)}, {"test_error": 0.01},
          "half of their difference, which is the claim; both are printed as whole percentages"),
    Table("Table 2 (book table 3)", "imagenet", ("top1_validation_error", "top5_validation_error", "top5_test_error"),
          {"sift_fv":    (None,  None,  0.262),
           "cnn_1":      (0.407, 0.182, None),
           "cnn_5":      (0.381, 0.164, 0.164),
           "cnn_1_2011": (0.390, 0.166, None),
           "cnn_7_2011": (0.367, 0.154, 0.153)},
          dict.fromkeys(("top1_validation_error", "top5_validation_error", "top5_test_error"), 0.005),
          "half a point; how far single networks differ is not stated"))
# fmt: on
