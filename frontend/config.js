/** Where the API answers: the one thing to set for another installation. */
export const apiUrl = "http://127.0.0.1:8000";
