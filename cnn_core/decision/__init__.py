"""Why one class and not another: ledgers, ablation, the race, the smallest edit."""
