"""Trials that end before their time: rungs, who goes on from one, and what that means for a run.

Successive halving (Jamieson and Talwalkar 2016), without waiting for others (ASHA, Li et al. 2020),
and Hyperband, which hedges how early a trial is judged (Li et al. 2018). Where the learning rate
depends on the length of training, a trial is never cut: its rungs are whole short trainings.
"""
