#!/usr/bin/env bash
# Called by grenade before the upgrade. Nothing of this project runs in the cloud; its resources must go on.
exit 0
