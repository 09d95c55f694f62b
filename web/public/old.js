// Runs only where modules are unknown (IE mode): shows the message that tells how to switch.
document.getElementById('old').className = 'old-plain';
